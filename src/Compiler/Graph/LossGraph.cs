using System.Collections.Immutable;

namespace LossGen.Compiler.Graph;

/// <summary>A loss as one expression with its gradient, for one kind of target.</summary>
/// <param name="Builder">Where the nodes live.</param>
/// <param name="IndexTarget">Class indices, or a dense target.</param>
/// <param name="Value">The value: a number, or unreduced over <see cref="Node.Axes"/>.</param>
/// <param name="Gradient">The gradient at each logit, with <see cref="Op.Upstream"/> as the gradient that arrives.</param>
/// <param name="Terms">Each term's contribution to the value.</param>
/// <param name="Components">What can be told of a call besides its value; empty where that is nothing.</param>
/// <param name="Tables">What has one number a class: constants and run-time parameters.</param>
/// <param name="ParameterCount">The run-time parameters that are single numbers. Those with one a class come behind them.</param>
/// <param name="InputCount">What a call takes besides logits and target.</param>
internal sealed record LossGraph(
    GraphBuilder Builder,
    bool IndexTarget,
    Node Value,
    Node Gradient,
    ImmutableArray<(string Name, Node Value)> Terms,
    ImmutableArray<Component> Components,
    ImmutableArray<ClassNumbers> Tables,
    int ParameterCount,
    int InputCount)
{
    /// <summary>The pixels and classes are the rows that a matrix of pairs compares.</summary>
    public bool ComparesPairs { get; init; }

    /// <summary>
    /// The graph beside that of the other kind of target. Where only one of them has a value for each class, the other hands out the
    /// term's for all of them; a term of pixels then has none.
    /// </summary>
    public LossGraph WithClassesOf(LossGraph other) => this with
    {
        Components = Components.Select((own, k) => own.WithClassesOf(other.Components[k])).ToImmutableArray(),
    };
}

/// <summary>A term's part in a call.</summary>
/// <param name="Value">Its contribution to the value.</param>
/// <param name="ClassValue">
/// The value of each class, whose mean or sum over the classes the contribution is; null for a term that has none.
/// </param>
/// <param name="IsPixel">
/// The term leaves pixels standing: with one kind of target it may have values of classes, with the other not.
/// </param>
internal sealed record Component(Node Value, Node? ClassValue, bool IsPixel)
{
    /// <summary>The component beside that of the other kind of target.</summary>
    public Component WithClassesOf(Component other) => (ClassValue is null) == (other.ClassValue is null) ? this
        : this with { ClassValue = IsPixel || other.IsPixel ? null : ClassValue ?? Value };

    /// <summary>The component of what its nodes become.</summary>
    public Component Select(Func<Node, Node> change) => this with
    {
        Value = change(Value),
        ClassValue = ClassValue is null ? null
        : change(ClassValue)
    };

    /// <summary>The nodes of several in the order in which a call hands them out: the values, then those of the classes.</summary>
    public static IEnumerable<(Node Node, bool HasClasses)> InOrder(IEnumerable<Component> components) =>
        components.Select(component => (component.Value, false)).Concat(components.Where(component => component.ClassValue is not null)
            .Select(component => (component.ClassValue!, true)));

    /// <summary>There is something to tell beside the value of the loss.</summary>
    public static bool AreWorthwhile(IReadOnlyCollection<Component> components) =>
        components.Count > 1 || components.Any(component => component.ClassValue is not null);
}
