using System.Text;
using LossGen.Pages.Catalogue;

namespace LossGen.Pages.Markdown;

/// <summary>The page that lists all others, for those who choose a loss.</summary>
internal static class IndexPage
{
    private static readonly (Family Family, string Title, string Text)[] Families =
    [
        (Family.Region, "Region", "Compare the predicted region of a class with the labelled one by sums over its pixels. A small object counts as much as a large one."),
        (Family.Pixel, "Pixel", "Judge each pixel on its own, by its probabilities: classes weigh as many pixels as they have. They mix well with a region loss."),
        (Family.Divergence, "Divergence", "Compare distributions, over classes or over pixels."),
        (Family.Sorted, "Sorted", "Sort the pixels by their errors: surrogates of the intersection over union, and means of the hardest pixels."),
        (Family.Regression, "Regression", "Measure how far numbers are from numbers: depth, counts, coordinates, restored images."),
        (Family.Margin, "Margin", "Ask that the right score leads, or the right vector is nearer, by a margin, and no more."),
        (Family.Neighbours, "Neighbours", "Look at what lies around each pixel: structure, edges, centre lines, smoothness. Images have two axes, or the loss says `Dimensions = 1` or `3`."),
        (Family.Boxes, "Boxes", "Compare boxes, (N, 4): left, top, right, bottom."),
        (Family.Pairs, "Pairs", "Compare embeddings (N, D) with each other: rows by their cosine, or the columns of two views. The loss states `Pairs`; [Pairs](../pairs.md) has formulas of one's own, TorchSharp and what a call costs."),
    ];

    public static string Write()
    {
        var text = new StringBuilder();
        text.Append("""
            <!-- Written by docs/tool from src/Runtime/Catalogue. -->

            # Losses

            Every term of the catalogue, with its formula, options, conventions and cost. Terms of one declaration are added up, each with its `Weight`, and share one pass over the logits.
            In the pictures blue is the default; the other colours change the option that the page names.


            """.ReplaceLineEndings("\n"));
        ILookup<Family, Term> terms = Term.All.ToLookup(term => Presentation.Of(term).Family);
        text.Append(Choosing.Text).AppendJoin(" · ", Families.Where(family => terms.Contains(family.Family))
            .Select(family => $"[{family.Title}]({Anchor(family.Title)})")).Append("\n\n");
        foreach ((Family family, string title, string about) in Families.Where(family => terms.Contains(family.Family)))
        {
            text.Append($"## {title}\n\n{about}\n\n");
            Table.Write(text, ["", "loss", "when to take it"], terms[family].Select(term => new[]
            {
                $"<img src=\"images/small/{term.Name}.png\" width=\"144\" height=\"78\" alt=\"\">",
                $"[{term.Name}]({term.Name}.md)",
                Uses.Of(term),
            }));
        }

        text.Append("""
            ## Notation

            | | |
            |---|---|
            | $`x`$ | the logit, or the input as it is given |
            | $`p`$ | the probability: $`x`$ after the activation. Without an activation formulas show $`x`$ |
            | $`y`$ | the target: 1 at the class of the label and 0 elsewhere, or a dense target |
            | $`c`$, $`C`$ | the class, counted from 0; the number of classes that take part |
            | $`\sum`$ | the sum over the pixels of the batch, or with `PerImage` of each image |
            | $`\sum_c`$ | the sum over the classes |
            | $`[\ldots]`$ | 1 where the condition holds and 0 elsewhere |
            | $`\ell_c`$, $`\ell`$ | what a term has for each class and pixel, for each pixel |
            | $`L_c`$, $`L`$ | what a term has for each class, or once |
            | $`s_{ij}`$, $`c_{ij}`$ | of pairs: what rows, or columns, i and j have in common |
            | $`y_{ij}`$ | 1 where they belong together and 0 elsewhere |

            Ignored pixels take no part in any sum.

            ## Options of every term


            """.ReplaceLineEndings("\n"));
        Table.Write(text, ["option", "default", "meaning"], typeof(LossTermAttribute).GetProperties(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.DeclaredOnly)
            .Where(property => property.CanWrite).OrderBy(property => property.MetadataToken)
            .Select(property => new[] { $"`{property.Name}`", Default(property.Name),
            Documentation.Meaning(new Option(property, null, IsOwn: false)) }));
        text.Append("A property of the loss with an option's name makes a number a run-time value; the weight's is `Weight`, or the term's name and `Weight`. [Tables](../options.md) have the options of the loss itself, and all others at a glance.\n\n");
        text.Append("## Conventions\n\nWhose defaults the options have that a declaration does not state, `[Loss(Convention = ...)]`. The pages say what that is for each term.\n\n");
        Table.Write(text, ["convention", "what it is"], Enum.GetNames<Convention>()
            .Select(name => new[] { $"`{name}`", Documentation.Summary(typeof(Convention), name) }));
        return text.ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>A link to a family, from the page of a term.</summary>
    public static string Link(Family family)
    {
        string title = Families.First(one => one.Family == family).Title;
        return $"[{title}](README.md{Anchor(title)})";
    }

    private static string Anchor(string title) => "#" + title.ToLowerInvariant().Replace(' ', '-');

    private static string Default(string name) => name == nameof(LossTermAttribute.Activation)
        ? "that of the loss"
        : $"`{Option.Literal(typeof(LossTermAttribute).GetProperty(name)!.GetValue(new DiceAttribute()))}`";
}
