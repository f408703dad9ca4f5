using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Program;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>Where a tile's rows and maps lie in memory, and what their places are called.</summary>
internal sealed class TilePlaces(LossPlan plan, TileSchedule schedule, NodeNames names)
{
    private PassPlan Pass => schedule.Pass;

    /// <summary>
    /// The node lies in memory with one number a pixel, or one a class and pixel: inputs, behind them what steps left, and behind what is
    /// stored the neighbours.
    /// </summary>
    public static bool IsMap(Node node) => node.Op is Op.Input or Op.Neighbour || node.IsStep;

    /// <summary>The row of a node in scratch memory, or of a map's class.</summary>
    public Variable Row(Node node) => LaneValues.Address(names.Of(node) + "Row");

    public Variable Map(Node node) => LaneValues.Address(names.Of(node) + "Map");

    /// <summary>The elements between a map's classes. Neighbours lie in the image, or in a copy of their own.</summary>
    public string MapStride(Node node) => node.Op == Op.Neighbour ? names.Of(node) + "Stride" : "inputStride";

    /// <summary>The names of a map, with what it means unless it is an input.</summary>
    public IEnumerable<Let> MapFields(Node map)
    {
        yield return new(Map(map).Name, new Element("tile.Inputs", Whole.Of(MapIndex(map)), NumberType.Address))
        {
            Meaning =
            map.Op == Op.Input ? null : names.Describe(map)
        };
        if (map.Op == Op.Neighbour && TileSchedule.HasClass(map))
            yield return new(MapStride(map), new Element("tile.NeighbourStrides", Whole.Of(Pass.Neighbours.IndexOf(map)),
                NumberType.Distance));
    }

    private int MapIndex(Node node) => node.Op switch
    {
        Op.Input => node.Index,
        Op.Neighbour => plan.Graph.InputCount + (2 * plan.Maps.HasClass.Count) + Pass.Neighbours.IndexOf(node),
        _ => plan.Graph.InputCount + plan.Maps[node],
    };

    /// <summary>The rows of a stored node's classes.</summary>
    public Expression ClassRows(Node node) => InScratch(Whole.Times(schedule.Stored.IndexOf(node), LaneValues.Classes));

    /// <summary>The row of the class that a loop is at.</summary>
    public Expression ClassRow(Node node) =>
        InScratch(Whole.Sum(Whole.Times(schedule.Stored.IndexOf(node), LaneValues.Classes), LaneValues.C));

    /// <summary>The row of a node without a class axis.</summary>
    public Expression PixelRow(Node node)
    {
        int row = schedule.Handed.TryGetValue(node, out int handed) ? schedule.Rows.Count + schedule.Ahead.Count + handed
            : schedule.Ahead.Contains(node) ? schedule.Rows.Count + schedule.Ahead.IndexOf(node)
            : schedule.Rows.IndexOf(node);
        return InScratch(Whole.Sum(Whole.Times(schedule.Stored.Count, LaneValues.Classes), Whole.Of(row)));
    }

    private static Expression InScratch(Expression row) => Whole.Behind(LaneValues.Scratch, Whole.Product(row, LaneValues.Width));

    /// <summary>Where a map goes that a step reads, in the loop over a class.</summary>
    public Variable MapStore(StoredMap map) => LaneValues.Address("map" + plan.Maps[map]);

    /// <summary>Where a map goes that a step reads.</summary>
    public Element MapStores(StoredMap map) => new("tile.Stores", Whole.Of(plan.Maps[map]), NumberType.Address);
}
