using System.Text;

namespace LossGen.Differential.Compositions;

/// <summary>A loss of two to four terms of the catalogue with options, and which targets it is tried on.</summary>
internal sealed record Composition(int Index, string Declaration, Activation Activation, int? IgnoreIndex, bool TakesLabels,
    bool TakesDense, IReadOnlyList<string> Terms)
{
    /// <summary>Boxes have four channels.</summary>
    public const int Classes = 4;

    // As many as a call has room for.
    private const int MostInputs = 4;

    /// <summary>As many as asked for, the same for the same seed. Each term comes once before any comes again.</summary>
    public static List<Composition> Draw(int seed, int count)
    {
        var random = new Random(seed);
        var deck = new Queue<CatalogueTerm>();
        var compositions = new List<Composition>();
        while (compositions.Count < count)
        {
            var terms = new List<CatalogueTerm>();
            for (int left = random.Next(2, 5); left > 0; left--)
            {
                if (deck.Count == 0)
                {
                    CatalogueTerm[] shuffled = [.. CatalogueTerm.All];
                    random.Shuffle(shuffled);
                    deck = new(shuffled);
                }

                if (terms.Append(deck.Peek()).SelectMany(term => term.Inputs).Distinct().Count() <= MostInputs)
                    terms.Add(deck.Dequeue());
            }

            compositions.Add(Draw(compositions.Count, terms, random));
        }

        return compositions;
    }

    private static Composition Draw(int index, List<CatalogueTerm> terms, Random random)
    {
        Activation activation = Pick(random, [Activation.Softmax, Activation.Softmax, Activation.Sigmoid, Activation.Sigmoid,
            Activation.None, Activation.Exp]);
        var text = new StringBuilder($"[Loss(Activation.{activation}");
        void Option(string option, int chances)
        {
            if (random.Next(chances) == 0)
                text.Append(", ").Append(option);
        }

        Option($"Convention = Convention.{Pick(random, Enum.GetNames<Convention>())}", 4);
        Option("PerImage = true", 3);
        Option("CountIgnored = true", 5);
        Reduction reduction = random.Next(3) == 0 ? Pick(random, [Reduction.Sum, Reduction.Sum, Reduction.None]) : Reduction.Mean;
        if (reduction != Reduction.Mean)
            text.Append(", Reduction = Reduction.").Append(reduction);
        Option($"Classes = {Classes}", 3);
        int? ignored = random.Next(3) == 0 ? 255 : null;
        if (ignored is int label)
            text.Append(", IgnoreIndex = ").Append(label);
        TargetKind target = Pick(random, [TargetKind.Any, TargetKind.Index, TargetKind.Dense]);
        text.Append(", Target = TargetKind.").Append(target).Append(")]\n");
        bool hasMaps = terms.SelectMany(term => term.Inputs).Distinct().Count() <= MostInputs - 2;

        // The weight of the first term may be a property of the loss.
        string? scheduled = random.Next(3) == 0 && terms.Count(term => term.Name == terms[0].Name) == 1 ? terms[0].Name : null;
        foreach (CatalogueTerm term in terms)
            text.Append(term.Draw(random, Classes, activation, term.Name != scheduled, hasMaps, reduction == Reduction.Mean)).Append('\n');
        text.Append("public sealed partial class ").Append(DeclarationCompiler.ClassName)
            .Append(scheduled is null ? ";"
            : $" {{ public double {scheduled}Weight {{ get; set; }} = {Pick(random, ["0", "0.25", "2"])}; }}").Append('\n');
        return new(index, text.ToString(), activation, ignored, target != TargetKind.Dense, target != TargetKind.Index,
            [.. terms.Select(term => term.Name)]);
    }

    private static T Pick<T>(Random random, T[] choices) => choices[random.Next(choices.Length)];
}
