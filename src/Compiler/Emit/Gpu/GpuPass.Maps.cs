using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Program;

namespace LossGen.Compiler.Emit.Gpu;

/// <content>Maps that passes store and read: what is sorted, what steps read and leave, and neighbours in them.</content>
internal sealed partial class GpuPass
{
    private Call Map(Node map) => Map(plan.Maps[map]);

    private Call Map(StoredMap map) => Map(plan.Maps[map]);

    // What the gradient reads of the value lies behind the sums, which the caller has for it, and what else there is in other memory.
    private Call Map(int place)
    {
        bool isKept = plan.Maps.Kept.Contains(place);
        List<bool> before = [.. plan.Maps.HasClass.Take(place).Where((_, other) => plan.Maps.Kept.Contains(other) == isKept)];
        return Call.Of(isKept ? "KEPT_MAP" : "SCRATCH_MAP", NumberType.Real, Whole.Of(before.Count(hasClass => hasClass)),
            Whole.Of(before.Count(hasClass => !hasClass)));
    }

    // A logit or a number of a map at another pixel, or whether there is one.
    private Call Beside(Node node)
    {
        var place = Whole.Of(Places.IndexOf(PlaceOf(node)));
        return node[0].Op switch
        {
            Op.Logit => Call.Of("READ_LOGIT_OF_NEIGHBOUR", NumberType.Real, place),
            Op.Spread => Call.Of("HAS_NEIGHBOUR", NumberType.Real, place),
            _ => Call.Of(HasClass(node[0]) ? "READ_CLASS_OF_NEIGHBOUR" : "READ_PIXEL_OF_NEIGHBOUR", NumberType.Real, place,
                Map(node[0])),
        };
    }

    // Neighbours at the same place are looked for once.
    private List<(int Axis, int By, int Border)> Places => [.. nodes.Where(node => node.Op == Op.Neighbour).Select(PlaceOf).Distinct()];

    private static (int Axis, int By, int Border) PlaceOf(Node node) => (node.Window!.Axis, node.Window.First, (int)node.Window.Border);
}
