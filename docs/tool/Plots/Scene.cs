using LossGen.Compiler.Graph;
using LossGen.Pages.Catalogue;
using LossGen.Pages.Formulas;
using LossGen.TestSupport;

namespace LossGen.Pages.Plots;

/// <summary>A situation in which a loss is watched. All numbers come from the declared loss, through the span API, in double.</summary>
internal abstract class Scene
{
    /// <summary>What lies along the axis.</summary>
    public abstract string XLabel { get; }

    /// <summary>What the panel of the value is called.</summary>
    public virtual string ValueTitle => "value";

    /// <summary>What the panel of the gradient is called.</summary>
    public abstract string GradientTitle { get; }

    /// <summary>What the first and second line of the gradient are, where there are two.</summary>
    public virtual string[] GradientNames => [];

    /// <summary>What the picture shows, in words for the page.</summary>
    public abstract string Caption { get; }

    protected abstract Reduction Reduction { get; }

    /// <summary>What is compared in the picture.</summary>
    public virtual IReadOnlyList<Curve> CurvesOf(Term term, Presentation presentation) => Curves.Of(term, presentation);

    /// <summary>What the scene states of the term besides what its curves do, as C#.</summary>
    protected virtual string TermArguments => "";

    /// <summary>The scene that suits a term.</summary>
    public static Scene Of(Term term, Presentation presentation)
    {
        if (term.ComparesPairs)
            return term.Pairs[0] switch
            {
                Pairs.Correlation => new CorrelationScene(),
                Pairs.Covariance => new SpreadScene(),
                _ => new RowScene()
            };
        Expression formula = FormulaView.Of(term, presentation.Activation);
        bool hasChannels = term.Formula.Lets.Select(let => let.Value).Append(term.Formula.Return).Any(Uses("Channel"));
        if (presentation.Family == Family.Neighbours)
            return new NeighbourScene(presentation);
        if (hasChannels)
            return new BoxScene();
        if (!formula.Axes.Has(Axes.Pixel))
            return new OverlapScene(presentation.Activation, isForeground: formula.Axes.Has(Axes.Class)
                && presentation.Activation != Activation.Sigmoid);
        if (presentation.IsAngle)
            return new AngleScene();
        int classes = formula.Axes.Has(Axes.Class) ? 1 : 2;
        return presentation switch
        {
            { Activation: Activation.Sigmoid } => new LogitScene(presentation, classes, formula.Axes),
            { Activation: Activation.Softmax } => new LogitScene(presentation, 2, formula.Axes),
            { Family: Family.Margin } when formula.Nodes().Any(node => node.Is("logit")) =>
                new LogitScene(presentation, classes, formula.Axes),
            _ => new ResidualScene(term, presentation, hasTarget: formula.Nodes().Any(node => node.Is("target"))),
        };
    }

    /// <summary>The declaration that the scene runs for a curve.</summary>
    public string Declare(Term term, Presentation presentation, Curve curve)
    {
        string arguments = string.Join(", ", ((string[])[TermArguments, curve.Arguments]).Where(text => text.Length > 0));
        string loss = term.ComparesPairs ? $"Pairs = Pairs.{term.Pairs[0]}"
            : $"Activation.{presentation.Activation}, Reduction = Reduction.{Reduction}";
        return $"[Loss({loss})]\n[{term.Name}({arguments})]\npublic sealed partial class {DeclarationCompiler.ClassName};\n";
    }

    public abstract Samples Sample(ILoss loss, Curve curve);

    /// <summary>Every input of the loss has the same number everywhere.</summary>
    protected static double[] Inputs(ILoss loss, LossShape shape, Curve curve) =>
        loss.Definition.Inputs.Count == 0 ? []
        : [.. Enumerable.Repeat(curve.Input,
        checked((int)(shape.Batch * shape.Pixels) * (loss.Definition.Inputs[0].Kind == InputKind.Element ? shape.Classes : 1)))];

    /// <summary>Values and gradient of a loss that leaves its pixels standing; of several classes those of the last.</summary>
    protected static (double[] Values, double[] Gradient) Elements<TTarget>(ILoss loss, double[] logits, TTarget[] target, LossShape shape,
        Curve curve, bool hasClass)
        where TTarget : unmanaged
    {
        int points = checked((int)(shape.Batch * shape.Pixels)), classes = hasClass ? shape.Classes : 1;
        double[] elements = new double[points * classes], gradient = new double[logits.Length], upstream = new double[elements.Length];
        Array.Fill(upstream, 1, upstream.Length - points, points);
        loss.EvaluateElementsWithGradient(logits, target, shape, Inputs(loss, shape, curve), elements, upstream, gradient);
        return (elements[^points..], gradient);
    }

    protected static double[] Ramp(double from, double to, int count) =>
        [.. Enumerable.Range(0, count).Select(i => from + ((to - from) * i / (count - 1)))];

    private static Func<Compiler.Formula.SExpression, bool> Uses(string word) =>
        expression => !expression.IsAtom && (expression.Head == word || expression.Items.Any(item => !item.IsAtom && Uses(word)(item)));
}
