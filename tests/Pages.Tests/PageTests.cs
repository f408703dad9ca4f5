using System.Globalization;
using System.Text.RegularExpressions;
using LossGen.Pages.Catalogue;
using LossGen.Pages.Formulas;
using LossGen.Pages.Markdown;
using LossGen.Pages.Plots;

namespace LossGen.Pages.Tests;

/// <summary>The pages in the repository are those that the tool writes now.</summary>
public partial class PageTests
{
    private const string Cure = "Write the pages anew: dotnet run -c Release --project docs/tool";

    private static readonly string Folder = Path.Combine(Repository.Root, PageSet.Folder);

    private static readonly Lazy<PageSet> Set = new(() => new PageSet());

    /// <summary>Written where numbers have a decimal comma and i has another capital: pages do not depend on it.</summary>
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Pages = new(() =>
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("tr-TR");
        try
        {
            return Set.Value.Write();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    });

    public static TheoryData<string> Terms => new(Term.All.Select(term => term.Name));

    [Fact]
    public void There_is_a_page_for_each_term_and_no_other() =>
        Assert.Equal(Pages.Value.Keys, Directory.GetFiles(Folder, "*.md").Select(file => Path.GetFileName(file))
            .Order(StringComparer.Ordinal));

    [Fact]
    public void Index_is_up_to_date() => AssertUpToDate("README.md");

    [Theory]
    [MemberData(nameof(Terms))]
    public void Page_is_up_to_date(string term) => AssertUpToDate(term + ".md");

    [Fact]
    public void There_are_the_pictures_that_pages_show_and_no_others() => Assert.Equal(
        PageSet.Pictures.Order(StringComparer.Ordinal),
        Directory.GetFiles(Path.Combine(Folder, "images"), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Folder,
            file).Replace('\\', '/')).Order(StringComparer.Ordinal));

    [Fact]
    public void Links_lead_somewhere()
    {
        string[] dead = [.. from page in Pages.Value
            from Match link in Link().Matches(page.Value)
            let target = link.Groups[1].Value + link.Groups[2].Value
            where !File.Exists(Path.GetFullPath(Path.Combine(Folder, target.Split('#')[0])))
            select $"{page.Key}: {target}"];
        Assert.Empty(dead);
    }

    [Fact]
    public void Every_option_says_what_it_means()
    {
        string[] silent = [.. from term in Term.All from option in term.Options
            where Documentation.Meaning(option).Length == 0 select $"{term.Name}.{option.Name}"];
        Assert.Empty(silent);
        Assert.Empty(Term.All.Where(term => Documentation.Summary(term.Type).Length == 0).Select(term => term.Name));
    }

    /// <summary>In a value element of its documentation.</summary>
    [Fact]
    public void Every_number_says_its_range()
    {
        string[] silent = [.. from term in Term.All from option in term.Options where option.IsNumber && Documentation.StatedRange(option)
            .Length == 0 select $"{term.Name}.{option.Name}"];
        Assert.Empty(silent);
    }

    [Fact]
    public void Every_page_tells_the_cost() =>
        Assert.All(Term.All, term => Assert.Contains($"| {(term.ComparesPairs ? "pairs" : "class indices")} | statistics | reads ",
            Pages.Value[term.Name + ".md"], StringComparison.Ordinal));

    /// <summary>Calls that a page of pairs shows have labels only where rows are compared, and views always.</summary>
    [Fact]
    public void Pages_of_pairs_say_what_they_take()
    {
        Term[] terms = [.. Term.All.Where(term => term.ComparesPairs)];
        Assert.Equal(["BarlowTwins", "Circle", "NtXent", "SupervisedContrastive", "VarianceCovariance"], terms.Select(term => term.Name));
        foreach (Term term in terms)
        {
            string page = Pages.Value[term.Name + ".md"];
            Assert.Contains($"[Loss(Pairs = Pairs.{term.Pairs[0]})]", page, StringComparison.Ordinal);
            Assert.Contains("loss.EvaluateViewsWithGradient<float>(embeddings, rows, gradient)", page, StringComparison.Ordinal);
            Assert.Equal(!term.ComparesColumns, page.Contains("loss.EvaluateWithGradient<float, int>(embeddings, labels, rows, gradient)",
                StringComparison.Ordinal));
            Assert.DoesNotContain("IncludeBackground", page, StringComparison.Ordinal);
        }
    }

    /// <summary>The table of what the structure of a formula does not tell.</summary>
    [Fact]
    public void Table_of_presentations_names_only_terms() => Assert.Empty(Presentation.Names.Except(Term.All.Select(term => term.Name)));

    /// <summary>The sentences that say when to take a term.</summary>
    [Fact]
    public void Every_term_says_when_to_take_it() => Assert.Equal(Term.All.Select(term => term.Name).Order(StringComparer.Ordinal),
        Uses.Names.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Terms))]
    public void Every_term_is_listed_and_has_a_scene(string name)
    {
        Term term = Term.All.Single(term => term.Name == name);
        var presentation = Presentation.Of(term);
        Assert.Contains($"[{name}]({name}.md) |", Pages.Value["README.md"], StringComparison.Ordinal);
        Assert.NotEmpty(Scene.Of(term, presentation).CurvesOf(term, presentation));
    }

    [Theory]
    [MemberData(nameof(Terms))]
    public void Formula_is_well_formed(string name)
    {
        Term term = Term.All.Single(term => term.Name == name);
        foreach (string formula in Math(Pages.Value[name + ".md"]))
        {
            Assert.Equal(formula.Count(sign => sign == '{'), formula.Count(sign => sign == '}'));
            Assert.Equal(Regex.Count(formula, @"\\left\b"), Regex.Count(formula, @"\\right\b"));
            Assert.Equal(Regex.Count(formula, @"\\begin\b"), Regex.Count(formula, @"\\end\b"));
        }

        Assert.NotEqual(Expression.Number, FormulaView.Of(term, Presentation.Of(term).Activation).Head);
    }

    [Fact]
    public void Formulas_read_as_the_field_writes_them()
    {
        AssertFormula("Dice", @"L_c = 1 - \frac{2 \sum p\,y + s}{\sum p + \sum y + s}");
        AssertFormula("CrossEntropy", @"\ell = -\sum_c y\,\log p");
        AssertFormula("NtXent", @"L = \frac{\sum_i \left(\left(\sum_j y_{ij}\right)\,\log \sum_j e^{\frac{s_{ij}}{t}} - \sum_j y_{ij}\,\frac{s_{ij}}{t}\right)}{\sum_i \sum_j y_{ij}}");
        AssertFormula("Focal", @"\ell_c = -\left(1 - p\right)^{\gamma}\,y\,\log p");
        AssertFormula("Huber", @"\ell_c = \begin{cases} \frac{\left\lvert x - y \right\rvert^2}{2} & \text{if } \left\lvert x - y \right\rvert \le \delta \\ \delta\,\left(\left\lvert x - y \right\rvert - \frac{\delta}{2}\right) & \text{else} \end{cases}");
    }

    /// <summary>
    /// The terms that see each pixel by itself. What lies around a pixel is computed by functions that the golden cases hold against other
    /// libraries.
    /// </summary>
    public static TheoryData<string> TermsOfPixels =>
        new(Term.All.Where(term => Presentation.Of(term).Family != Family.Neighbours).Select(term => term.Name));

    /// <summary>What the page shows is what the loss computes.</summary>
    [Theory]
    [MemberData(nameof(TermsOfPixels))]
    public void Formula_is_that_of_the_loss(string name)
    {
        Term term = Term.All.Single(term => term.Name == name);
        var presentation = Presentation.Of(term);
        var batch = new FormulaBatch(term, presentation);
        double expected = batch.Mean(FormulaView.Of(term, presentation.Activation)), value = batch.Evaluate(Set.Value.Create(term));
        Assert.True(System.Math.Abs(expected - value) <= 1e-9 * System.Math.Max(1, System.Math.Abs(value)),
            $"The formula gives {expected:R}, the loss {value:R}.");
    }

    /// <summary>docs/performance.md begins with a picture of its figures.</summary>
    [Fact]
    public void The_page_of_figures_begins_with_their_picture()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, PerformanceChart.Page));
        int picture = page.IndexOf("](images/performance.png)", StringComparison.Ordinal);
        Assert.InRange(picture, 1, page.IndexOf("\n|", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(Repository.Root, PerformanceChart.File)), Cure);
        var rows = PerformanceChart.Rows(page);
        Assert.True(rows.Count >= 8, "The picture would show a few losses alone.");
        Assert.All(rows, row => Assert.True(row.Milliseconds > 0 && row.Times[0] > 1 && row.Times[1] > 1));
        Assert.Contains(rows, row => row.Times[2] > 1);
        Assert.NotEmpty(PerformanceChart.Draw(page));
    }

    private static void AssertFormula(string name, string formula) => Assert.Equal(formula, Math(Pages.Value[name + ".md"]).First());

    private static IEnumerable<string> Math(string page) => Regex.Matches(page, "```math\n(.*?)\n```", RegexOptions.Singleline)
        .Select(match => match.Groups[1].Value);

    private static void AssertUpToDate(string name)
    {
        string path = Path.Combine(Folder, name);
        Assert.True(File.Exists(path), $"There is no page {name}. {Cure}");
        string[] expected = Pages.Value[name].Split('\n'), found = File.ReadAllText(path).ReplaceLineEndings("\n").Split('\n');
        int line = expected.Zip(found).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.True(
            expected.SequenceEqual(found),
            $"{PageSet.Folder}/{name} is not what the catalogue says now, from line {line + 1} on.\nexpected: {expected.ElementAtOrDefault(line)}\nfound:    {found.ElementAtOrDefault(line)}\n{Cure}");
    }

    [GeneratedRegex(@"\]\(([^)#\s]+(?:#[^)\s]*)?)\)|src=""([^""]+)""")]
    private static partial Regex Link();
}
