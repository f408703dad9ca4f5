using System.Collections.Immutable;
using LossGen.Differential.Formulas;

namespace LossGen.Differential.Losses;

/// <summary>Draws declarations: options, terms, formulas.</summary>
/// <param name="random">What they follow from.</param>
/// <param name="kind">What formulas do beside what all may.</param>
internal sealed class RandomLoss(Random random, FormulaKind kind = FormulaKind.Pixels)
{
    public LossText Next()
    {
        if (kind == FormulaKind.Pairs)
            return NextOfPairs();
        var loss = new LossText
        {
            Activation = Draw([Activation.Softmax, Activation.Softmax, Activation.Sigmoid, Activation.Sigmoid, Activation.None]),
            Classes = OneIn(3) ? random.Next(1, FormulaContext.MostClasses + 1) : 0,
            IgnoreIndex = OneIn(2) ? Draw([255, -1, -100, 0, 1]) : null,
            PerImage = OneIn(3),
            Reduction = Draw([Reduction.Mean, Reduction.Mean, Reduction.Sum, Reduction.None]),
            Target = Draw([TargetKind.Any, TargetKind.Any, TargetKind.Index, TargetKind.Dense]),
            Resize = OneIn(12) ? Draw([Resize.Bilinear, Resize.LinearAligned, Resize.LinearUnaligned]) : Resize.None,
        };
        if (loss is { Target: TargetKind.Index, IgnoreIndex: 255 or < 0 })
            loss = loss with { OtherIgnored = [254, -7] };
        if (kind == FormulaKind.Sorted)
            loss = loss with { Sorts = true };
        if (kind == FormulaKind.Neighbours || (loss.Sorts && OneIn(2)))
            loss = loss with { Dimensions = Draw([1, 2, 2, 3]), Resize = Resize.None };
        if (loss.Target == TargetKind.Dense)
            loss = loss with { TargetClassAxis = OneIn(3) ? ClassAxis.Last : ClassAxis.Second, DropLastTargetChannel = OneIn(5) };
        if (loss is { Classes: 1, Activation: Activation.Softmax })
            loss = loss with { Activation = Activation.Sigmoid };

        // Large logits, and classes that are masked: where there is an activation that supports them.
        if (loss.Activation != Activation.None && loss.Resize == Resize.None && OneIn(3))
            loss = loss with { LogitBound = Draw([30, 100, 1e4]), MasksClasses = loss.Activation == Activation.Softmax && OneIn(3) };

        int terms = Draw([1, 1, 1, 2, 2, 3]);
        for (int i = 0; i < terms; i++)
            loss = loss.WithTerm(NextTerm(loss, mayBeInPlace: i == terms - 1));
        return loss;
    }

    private LossText NextOfPairs()
    {
        var term = new Term { IsInPlace = true };
        var loss = new LossText
        {
            Activation = Activation.None,
            Pairs = Draw([Pairs.Cosine, Pairs.Dot]),
            IgnoreIndex = OneIn(3) ? 3 : null,
            Reduction = Draw([Reduction.Mean, Reduction.Mean, Reduction.Sum]),
        };
        return loss.WithTerm(term with { Formula = NextFormula(loss, term) });
    }

    private Term NextTerm(LossText loss, bool mayBeInPlace)
    {
        if (mayBeInPlace && OneIn(2))
        {
            var inPlace = new Term { IsInPlace = true };
            return inPlace with { Formula = NextFormula(loss, inPlace) };
        }

        var term = new Term
        {
            Weight = OneIn(2) ? Draw([0.5, 0.3, 2, 0]) : 1,
            Activation = loss.Activation == Activation.None || !OneIn(6) ? null : loss.Classes == 1 || OneIn(2) ? Activation.Sigmoid
                : Activation.Softmax,
        };

        int classes = loss.Classes == 0 ? 3 : loss.Classes;
        if (classes > 1 && OneIn(4))
            term = term with { IncludeBackground = false };
        if (classes > 1 && OneIn(5))
            term = term with { OnlyClasses = [.. Enumerable.Range(1, classes - 1).Where(_ => OneIn(2)).DefaultIfEmpty(1)] };
        if (term.IncludeBackground && term.OnlyClasses.Length > 0 && OneIn(2))
            term = term with { OnlyClasses = term.OnlyClasses.Insert(0, 0) };
        term = OneIn(4) ? term with { Catalogue = NextCatalogue() } : term with { Formula = NextFormula(loss, term) };
        return term with
        {
            // The name of a catalogue's term may be there twice.
            HasRunTimeWeight = term.Formula is not null && OneIn(5),
            // Sums of such a term weigh pixels, a softmax over them does not.
            WeightMaps = OneIn(8) && loss.Resize == Resize.None && !loss.WithTerm(term).Text(asReference: true).Contains("OverPixels",
                StringComparison.Ordinal) ? Draw((string[])["PixelWeights = \"weights\"",
                "PixelWeights = \"weights\", NormalizeWeightMaps = true"]) : "",
        };
    }

    private Formula NextFormula(LossText loss, Term term)
    {
        int classes = Math.Max(loss.Classes, loss.NeededClasses);
        var formula = new Formula(
            [], new Expression(Words.Probability, []),
            [.. Enumerable.Range(0, random.Next(3)).Select(_ => NextNumber(term.IsInPlace))],
            term.IsInPlace || classes == 0 && !OneIn(3) ? []
                : [.. Enumerable.Range(0, random.Next(2)).Select(_ => NextWeights(classes == 0 ? 3 : classes))]);
        if (kind != FormulaKind.Pairs && OneIn(6))
            formula = formula with { Maps = [.. Enumerable.Range(0, 1).Select(_ => OneIn(2))] };
        FormulaContext context = loss.ContextOf(term with { Formula = formula });
        int locals = Draw([0, 0, 1, 2]);
        for (int i = 0; i < locals; i++)
        {
            Expression local = new ExpressionGenerator(random, context).Value(random.Next(1, 4));
            formula = formula with { Locals = formula.Locals.Add(local) };
            context = context with { Locals = context.Locals.Add(context.Analyse(local)!) };
        }

        var expressions = new ExpressionGenerator(random, context);
        for (int attempt = 0; ; attempt++)
        {
            int depth = random.Next(2, 7);
            Expression result = OneIn(3) ? expressions.Score(depth) : expressions.Value(depth);
            if (attempt > 20 || (context.Analyse(result)!.Moves && result.Size < 60))
                return formula with { Result = result };
        }
    }

    private (ParameterKind Kind, double Value) NextNumber(bool isInPlace)
    {
        ParameterKind kind = OneIn(2) ? ParameterKind.Property : isInPlace || !OneIn(3) ? ParameterKind.Constant
            : Draw([ParameterKind.Constructor, ParameterKind.Body, ParameterKind.Computed]);
        double[] numbers = kind == ParameterKind.Computed ? [0.25, 0.75, 1.5, 2.5] : [0.37, 0.71, 1.37, 2.13, 0, 1];
        return (kind, Draw(numbers));
    }

    private ImmutableArray<double> NextWeights(int classes) =>
        [.. Enumerable.Range(0, classes).Select(_ => Draw([0, 0.25, 0.5, 1, 1, 2.5]))];

    private string NextCatalogue()
    {
        string empty = Draw(["", "", "", ", EmptyClasses = EmptyClasses.Zero", ", EmptyClasses = EmptyClasses.Skip"]);
        string region = $"Smooth = {Draw(["1e-5", "1", "0.5"])}{Option("Log = true", 6)}{Option("Squared = true", 5)}{Option("SoftLabel = true", 6)}{empty}";
        return random.Next(13) switch
        {
            0 => $"Dice({region})",
            1 => $"Jaccard({region})",
            2 => $"FBeta(Beta = 2, {region})",
            3 => $"Tversky(Alpha = 0.3, Beta = 0.7, {region}{Option("Gamma = 0.75", 3)})",
            4 => "CrossEntropy" + Draw(["", "(LabelSmoothing = 0.1)"]),
            5 => "BinaryCrossEntropy",
            6 => $"Tversky(PoolClasses = true, Negative = true, Alpha = 0.3, Beta = 0.6, {region})",
            7 => "GeneralizedDice" + Draw(["", "(VolumeWeights = VolumeWeights.Inverse)",
                "(VolumeWeights = VolumeWeights.Uniform, SoftLabel = true)"]),
            8 => Draw(["L1", "MeanSquaredError", "Huber(Delta = 0.5)", "SmoothL1(Beta = 0.5)", "LogCosh", "Wing(Width = 0.5)",
                "Pinball(Quantile = 0.75)"]),
            9 => Draw(["Charbonnier(Scale = 0.5)", "Cauchy(Scale = 2)", "GemanMcClure", "Welsch(Scale = 0.5)",
                "MatthewsCorrelation(Smooth = 1)", "QualityFocal"]),
            10 => Draw(["HingeEmbedding", "SoftMargin", "MultiMargin(Exponent = 2)", "MultiLabelSoftMargin", "AsymmetricFocal",
                "AsymmetricFocalTversky(Epsilon = 0.1)"]),
            11 => Draw(["KullbackLeibler", "JensenShannon"]) + Draw(["", "(Per = Per.Element)", "(Per = Per.Class)", "(Per = Per.Image)"]),
            _ => "Focal" + Draw(["", "(Gamma = 1.5)", "(Gamma = 0.5, Alpha = 0.25)", "(Alpha = 0.75)", "(SumClasses = true)",
                "(Threshold = 0.3)", "(Normalized = true)"]),
        };

        string Option(string text, int chances) => OneIn(chances) ? ", " + text : "";
    }

    private bool OneIn(int chances) => random.Next(chances) == 0;

    private T Draw<T>(T[] choices) => choices[random.Next(choices.Length)];
}
