using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Program;

namespace LossGen.Compiler.Emit.Gpu;

/// <content>Maps that passes store and read: keys and running sums, what steps read and leave, and neighbours in them.</content>
internal sealed partial class GpuPass
{
    // Values and keys of a running sum, for what sorts them behind the pass.
    private IEnumerable<Statement> Store(Node sum) => pass.StoredParts(sum)
        .Select(part => Do.Of(HasClass(sum) ? "STORE_CLASS" : "STORE_PIXEL", part == 0 ? SortedMap(sum) : KeyMap(sum), AsReal(sum[part])));

    private Call SortedMap(Node sum) => Map("SORTED_MAP", plan.RunningSums.TakeWhile(other => other != sum));

    private Call KeyMap(Node sum) =>
        Map("KEY_MAP", plan.RunningSums.TakeWhile(other => other != sum).Where(other => plan.PassOf(other).KeysOf(other) == other));

    // Behind the keys.
    private Call KeptMap(Node map)
    {
        IEnumerable<bool> keys = plan.RunningSums.Where(sum => plan.PassOf(sum).KeysOf(sum) == sum).Select(HasClass);
        return Map("KEY_MAP", keys.Concat(plan.Maps.HasClass.Take(plan.Maps[map])));
    }

    private static Call Map(string word, IEnumerable<Node> before) => Map(word, before.Select(HasClass));

    private static Call Map(string word, IEnumerable<bool> before) => Call.Of(
        word, NumberType.Real, Whole.Of(before.Count(hasClass => hasClass)), Whole.Of(before.Count(hasClass => !hasClass)));

    // A logit or a number of a map at another pixel, or whether there is one.
    private Call Beside(Node node)
    {
        var place = Whole.Of(Places.IndexOf(PlaceOf(node)));
        return node[0].Op switch
        {
            Op.Logit => Call.Of("READ_LOGIT_OF_NEIGHBOUR", NumberType.Real, place),
            Op.Spread => Call.Of("HAS_NEIGHBOUR", NumberType.Real, place),
            _ => Call.Of(HasClass(node[0]) ? "READ_CLASS_OF_NEIGHBOUR" : "READ_PIXEL_OF_NEIGHBOUR", NumberType.Real, place,
                KeptMap(node[0])),
        };
    }

    // Neighbours at the same place are looked for once.
    private List<(int Axis, int By, int Border)> Places => [.. nodes.Where(node => node.Op == Op.Neighbour).Select(PlaceOf).Distinct()];

    private static (int Axis, int By, int Border) PlaceOf(Node node) => (node.Window!.Axis, node.Window.First, (int)node.Window.Border);
}
