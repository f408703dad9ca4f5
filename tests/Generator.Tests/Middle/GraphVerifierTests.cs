using LossGen.Compiler.Graph;

namespace LossGen.Generator.Tests.Middle;

/// <summary>
/// What the verifier finds in graphs that no stage should make. That it passes what stages make, every test that compiles a loss shows.
/// </summary>
public sealed class GraphVerifierTests
{
    private static readonly GraphBuilder Graph = new();

    private static readonly Dictionary<string, Func<Node>> Faulty = new()
    {
        { "Where asks whether, and input 0 is Logit", () => Graph.Make(Op.Where, Graph.Logit, Graph.Logit, Graph.Zero) },
        { "Mask asks whether, and input 0 is Exp", () => Graph.Make(Op.Mask, Graph.Make(Op.Exp, Graph.Logit), Graph.Logit) },
        { "Not asks whether, and input 0 is Add", () => Graph.Make(Op.Not, Graph.Make(Op.Add, Graph.Logit, Graph.Target)) },
        { "And asks whether, and input 1 is Target", () => Graph.Make(Op.And, Graph.OneHot, Graph.Target) },
        { "Add has 1 inputs and takes 2", () => Graph.Make(Op.Add, Graph.Logit) },
        { "Exp has 2 inputs and takes 1", () => Graph.Make(Op.Exp, Graph.Logit, Graph.Logit) },
        { "Softmax joins classes that Parameter has not", () => Graph.Make(Op.Softmax, Graph.Parameter(0)) },
        { "Correlate has no neighbours", () => Graph.Make(Op.Correlate, Graph.Logit) },
    };

    public static TheoryData<string> Faults => [.. Faulty.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public void FaultsAreFoundBelowTheResult(string fault)
    {
        Node faulty = Graph.Make(Op.Sum, [Graph.Make(Op.Multiply, Graph.Logit, Faulty[fault]())], 0, Axes.All);
        Assert.Contains(fault, GraphVerifier.Verify([faulty]));
        Assert.Contains("after here: " + fault, Assert.Throws<InvalidOperationException>(() => GraphVerifier.Check("here", [faulty]))
            .Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsSoundPasses()
    {
        Node mean = Graph.Divide(Graph.Sum(Graph.Mask(Graph.OneHot, Graph.Softmax(Graph.Logit)), Axes.All), Graph.Extent(Axes.All));
        Assert.Empty(GraphVerifier.Verify([mean, Graph.Make(Op.Mask, Graph.Spread(Graph.ClassSet(new(false, [])), Axes.Pixel),
            Graph.Logit)]));
    }
}
