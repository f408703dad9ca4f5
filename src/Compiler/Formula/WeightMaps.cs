using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Formula;

/// <summary>
/// The weights of a term's pixels or elements. Where its formula leaves pixels they are factors of what it leaves; where it leaves none, of
/// what its sums over pixels add up.
/// </summary>
internal sealed class WeightMaps
{
    private readonly GraphBuilder graph;
    private readonly Node product;
    private readonly bool normalizes;
    private readonly bool weighsSums;

    private WeightMaps(GraphBuilder graph, Node product, bool normalizes, bool weighsSums)
    {
        this.graph = graph;
        this.product = product;
        this.normalizes = normalizes;
        this.weighsSums = weighsSums;
    }

    /// <summary>The axes that a count of pixels has by its weights.</summary>
    public Axes SumAxes => weighsSums ? product.Axes : Axes.None;

    /// <summary>There are weights of elements, but the formula has one number for all classes of a pixel where they are needed.</summary>
    public bool JoinsClasses { get; private set; }

    /// <summary>Sums that are weighed go over pixels in the order of keys as well.</summary>
    public bool Sorts { get; private set; }

    /// <summary>Null where the term has no weights.</summary>
    public static WeightMaps? Of(GraphBuilder graph, LossModel model, TermModel term, bool indexTarget)
    {
        if (term.WeightMaps.Count == 0)
            return null;

        // What the formula leaves is known when it has been read.
        var tables = new List<ClassNumbers>();
        var plain = FormulaScope.Of(LossBuilder.For(model.Options, tables), model, term with { WeightMaps = [] }, indexTarget);
        bool weighsSums = !FormulaReader.Read(term, plain, tables).Value.IsPixel;
        Node product = graph.One;
        foreach (int index in term.WeightMaps)
        {
            Node map = graph.Input(index, model.Inputs[index].IsElement ? Axes.All : Axes.Batch | Axes.Pixel);
            graph.Name(map, model.Inputs[index].Name);
            product = graph.Multiply(product, map);
        }

        return new(graph, product, term.NormalizeWeightMaps, weighsSums);
    }

    /// <summary>A value as a sum over pixels adds it up.</summary>
    public Node InSum(FormulaValue value) => weighsSums ? Weighed(value) : value.Node;

    /// <summary>What a mean inside a formula adds up to divide by it.</summary>
    public Node CountInSum(FormulaValue value) => weighsSums ? Count(value) : graph.One;

    /// <summary>What a term leaves, as its reduction takes it.</summary>
    public Node AtEnd(FormulaValue term) => !weighsSums && term.IsPixel ? Weighed(term) : term.Node;

    /// <summary>What the last mean adds up to divide by it.</summary>
    public Node CountAtEnd(FormulaValue term) => !weighsSums && term.IsPixel ? Count(term) : graph.One;

    /// <summary>Pixels are sorted.</summary>
    public void Sorted() => Sorts |= weighsSums;

    private Node Weighed(FormulaValue value) => Fits(value) ? graph.Multiply(product, value.Node) : value.Node;

    private Node Count(FormulaValue value) => normalizes && Fits(value) ? product : graph.One;

    private bool Fits(FormulaValue value)
    {
        bool joins = value.IsPixel && !value.HasClass && product.Axes.Has(Axes.Class);
        JoinsClasses |= joins;
        return !joins;
    }
}
