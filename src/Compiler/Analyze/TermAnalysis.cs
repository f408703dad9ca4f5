using LossGen.Compiler.Differentiate;
using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Analyze;

/// <summary>A term of a loss as the rules see it: its formula with the values of its expressions, for one kind of target.</summary>
/// <param name="loss">The loss.</param>
/// <param name="term">The term, perhaps with other arguments than the loss has.</param>
/// <param name="index">The number of the term.</param>
/// <param name="root">The formula.</param>
/// <param name="ranges">Bounds of the values.</param>
/// <param name="indexTarget">Class indices, or a dense target.</param>
/// <param name="graph">Where the nodes live.</param>
/// <param name="cancellation">Stops the work.</param>
internal sealed class TermAnalysis(LossModel loss, TermModel term, int index, TracedValue root, Ranges ranges, bool indexTarget,
    GraphBuilder graph, CancellationToken cancellation)
{
    private readonly List<Finding> findings = [];
    private Node? gradient;

    public LossModel Loss => loss;

    public TermModel Term => term;

    /// <summary>The number of the term.</summary>
    public int Index => index;

    public TracedValue Root => root;

    public Ranges Ranges => ranges;

    public bool IndexTarget => indexTarget;

    /// <summary>The loss takes class indices as well as dense targets.</summary>
    public bool TakesBothTargets => loss.Options.Target == TargetKind.Any;

    /// <summary>The gradient at each logit, as it is computed: factors that cancel are gone.</summary>
    public Node Gradient => gradient ??= Differentiator.Gradient(graph, root.Node, graph.Upstream(root.Node.Axes));

    public Activation Activation => Term.Activation ?? loss.Options.Activation;

    public IReadOnlyList<Finding> Findings => findings;

    /// <summary>The expressions of the formula, those first that others are made of.</summary>
    public IReadOnlyList<TracedValue> Expressions { get; } = FormulaPaths.Below(root, value => value.Arguments);

    /// <summary>Those of them through which a gradient comes to the logits.</summary>
    public IReadOnlyList<TracedValue> Differentiated { get; } = FormulaPaths.Below(root, FormulaPaths.Differentiated);

    /// <summary>What to call the term in a message: <c>term 'Dice'</c>, or <c>the formula of 'Mine'</c> for one in place.</summary>
    public string Name => IsInPlace ? $"the formula of '{loss.Name}'" : $"term '{term.Name}'";

    /// <summary>The formula stands in the loss itself.</summary>
    public bool IsInPlace => term.FormulaMethod.IndexOf('.') < 0;

    /// <summary>Reports at an expression, or at the option that is its cause if the attribute states it.</summary>
    public void Report(Rule rule, TracedValue at, string? option, params string[] arguments) =>
        findings.Add(new(rule, index, at.Number, option, arguments.ToEquatableArray()));

    /// <summary>The term with another number for one of its parameters, to see what difference it makes.</summary>
    public TermAnalysis With(string parameter, double number) => LossAnalysis.Read(
        loss, term with
        {
            Arguments = term.Arguments.Select(argument => argument.Parameter == parameter ? argument with { Number = number }
            : argument).ToEquatableArray()
        },
        index, indexTarget, cancellation);

    /// <summary>The parameters whose numbers are not the defaults, with these.</summary>
    public IEnumerable<(string Parameter, double Default)> Changed
    {
        get
        {
            foreach (FormulaParameter parameter in FormulaText.Parse(term.Formula).Parameters)
            {
                if (parameter.Default is { } preset && term.Arguments.Any(
                    argument => argument.Parameter == parameter.Name && argument.Kind == ArgumentKind.Constant
                        && !argument.Number.Equals(preset)))
                    yield return (parameter.Name, preset);
            }
        }
    }

    /// <summary>A number as messages show it.</summary>
    public static string Text(double number) => NodeText.Number(number);
}
