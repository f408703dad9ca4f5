using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;
using LossGen.Pages.Formulas;

namespace LossGen.Pages.Catalogue;

/// <summary>How a term is shown: its family, the activation of its examples, what its picture varies.</summary>
/// <param name="Family">Its family.</param>
/// <param name="Activation">The activation of its examples.</param>
/// <param name="InputValues">What a term's input is in the curves of its picture, where that says more than its options.</param>
/// <param name="Targets">The targets of the curves, where those say more.</param>
/// <param name="Options">The arguments of the curves beside the default, where those say more than the first number.</param>
/// <param name="IsAngle">What matters is the angle of two vectors.</param>
internal sealed record Presentation(Family Family, Activation Activation, double[]? InputValues = null, double[]? Targets = null,
    string[]? Options = null, bool IsAngle = false)
{
    /// <summary>A number of repetitions, an option, that the formula is shown with: fewer than the default say as much.</summary>
    public (string Option, int Number)? Repeated { get; init; }

    /// <summary>The parameters that the formula is shown with, where those are not the defaults.</summary>
    public Dictionary<string, double> Shown(Term term) =>
        Repeated is var (repeated, times) ? new() { [term.Options.Single(option => option.Name == repeated).Parameter] = times } : [];

    /// <summary>What the structure of a formula does not tell. A term that is not here is shown by what its formula is made of.</summary>
    private static readonly Dictionary<string, Func<Presentation, Presentation>> Stated = new(StringComparer.Ordinal)
    {
        ["BarlowTwins"] = own => own with { Options = ["Lambda = 0.5", "Lambda = 1"] },
        ["BinaryBiTempered"] = own => own with { Family = Family.Pixel, Activation = Activation.Sigmoid },
        ["BendingEnergy"] = own => own with { Activation = Activation.None },
        ["Boundary"] = own => own with { Activation = Activation.Softmax, InputValues = [1, -1] },
        ["CalibrationError"] = own => own with { Options = [], Repeated = ("Bins", 2) },
        ["Circle"] = own => own with { Options = ["Margin = 0", "Margin = 0.5"] },
        ["Cosine"] = own => own with { Family = Family.Margin, Activation = Activation.None, InputValues = [1, -1], Options = [], IsAngle = true },
        ["Dice"] = own => own with { Options = ["Squared = true", "Log = true"] },
        ["Diffusion"] = own => own with { Activation = Activation.None },
        ["Gaussian"] = own => own with { Family = Family.Regression, Activation = Activation.None, InputValues = [1, 0.5, 2], Options = [] },
        ["HausdorffErosion"] = own => own with { Activation = Activation.Sigmoid, Repeated = ("Iterations", 2) },
        ["HingeEmbedding"] = own => own with { Targets = [1, -1], Options = [] },
        ["ImageGradient"] = own => own with { Activation = Activation.None },
        ["Jaccard"] = own => own with { Options = ["Squared = true", "Log = true"] },
        ["JensenShannon"] = own => own with { Targets = [1, 0.8, 0.5] },
        ["KullbackLeibler"] = own => own with { Targets = [1, 0.8, 0.5] },
        ["LocalNormalizedCrossCorrelation"] = own => own with { Activation = Activation.None },
        ["LovaszHinge"] = own => own with { Activation = Activation.Sigmoid },
        ["MaskedDice"] = own => own with { Options = ["Squared = true", "Log = true"] },
        ["MsSsim"] = own => own with { Activation = Activation.None, Repeated = ("Scales", 2) },
        ["MultiLabelSoftMargin"] = own => own with { Family = Family.Margin, Activation = Activation.Sigmoid, Targets = [1, 0] },
        ["NeighborCalibration"] = own => own with { Family = Family.Pixel, Activation = Activation.None, InputValues = [0], Options = ["Squared = true"] },
        ["Poisson"] = own => own with { Activation = Activation.Exp, Targets = [1, 2, 4], Options = [] },
        ["Ranking"] = own => own with { Family = Family.Margin, Activation = Activation.None, InputValues = [1, -1], Options = [] },
        ["SoftClDice"] = own => own with { Activation = Activation.Sigmoid },
        ["SoftMargin"] = own => own with { Targets = [1, -1] },
        ["Ssim"] = own => own with { Activation = Activation.None },
        ["TotalVariation"] = own => own with { Activation = Activation.None },
        ["Triplet"] = own => own with { Family = Family.Margin, Activation = Activation.None, InputValues = [1] },
    };

    /// <summary>The terms that the table names, for the test that they exist.</summary>
    public static IEnumerable<string> Names => Stated.Keys;

    public static Presentation Of(Term term)
    {
        Presentation own = FromStructure(term);
        Presentation changed = Stated.TryGetValue(term.Name, out Func<Presentation, Presentation>? change) ? change(own) : own;
        return Folder(term) is { } family ? changed with { Family = family } : changed;
    }

    /// <summary>The family that the term's folder says, where the catalogue has folders.</summary>
    private static Family? Folder(Term term)
    {
        string? file = Directory.GetFiles(Path.Combine(Repository.Root, "src", "Runtime", "Catalogue"), $"{term.Type.Name}.cs",
            SearchOption.AllDirectories).FirstOrDefault();
        return Enum.TryParse(Path.GetFileName(Path.GetDirectoryName(file)), out Family family) ? family : null;
    }

    private static Presentation FromStructure(Term term)
    {
        if (term.ComparesPairs)
            return new(Family.Pairs, Activation.None);
        SExpression[] expressions = [.. term.Formula.Lets.Select(let => let.Value).Append(term.Formula.Return)];
        HashSet<string> words = [.. expressions.SelectMany(Words)];
        bool isBinary = words.Contains("Softplus") && !expressions.Any(AsksForSoftmax);
        bool takesLogits = words.Contains("logit") && !words.Overlaps(["probability", "complement"]);
        return words switch
        {
            _ when words.Contains("Channel") => new(Family.Boxes, Activation.None),
            _ when typeof(RegressionTermAttribute).IsAssignableFrom(term.Type) => new(Family.Regression, Activation.None),
            _ when typeof(DivergenceTermAttribute).IsAssignableFrom(term.Type) => new(Family.Divergence, Activation.Softmax),
            _ when words.Overlaps(["RunningSum", "RunningTotal"]) => new(Family.Sorted, Activation.Softmax),
            _ when typeof(RegionTermAttribute).IsAssignableFrom(term.Type) || !LeavesPixels(term) => new(Family.Region, Activation.Softmax),
            _ when takesLogits => new(Family.Margin, Activation.None),
            _ => new(Family.Pixel, !isBinary && words.Overlaps(["SumOverClasses", "MeanOverClasses"]) ? Activation.Softmax
                : Activation.Sigmoid),
        };
    }

    private static bool AsksForSoftmax(SExpression expression) =>
        !expression.IsAtom && ((expression.Head == "eq" && expression.Items[1].Atom == "activation" && expression.Items[2].Atom == "2")
            || expression.Items.Any(AsksForSoftmax));

    private static bool LeavesPixels(Term term) => FormulaView.Of(term, Activation.Softmax).Axes.Has(Axes.Pixel);

    private static IEnumerable<string> Words(SExpression expression) =>
        expression.IsAtom ? [] : expression.Items.Skip(1).SelectMany(Words).Prepend(expression.Head);
}
