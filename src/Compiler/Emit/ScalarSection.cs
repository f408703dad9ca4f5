using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;

namespace LossGen.Compiler.Emit;

/// <summary>What a scalar section does in what order, what of that is kept in memory, and how often each node is read.</summary>
internal sealed class ScalarSection
{
    /// <param name="plan">The plan.</param>
    /// <param name="components">The section that computes the components, instead of the one between the passes.</param>
    public ScalarSection(LossPlan plan, bool components)
    {
        List<Node> results = components ? [.. Component.InOrder(plan.Components).Select(component => component.Node)] : [plan.Value];
        Schedules = [.. (components ? [plan.ComponentStage] : plan.Stages).Select(stage => new ScalarSchedule(plan, stage))];
        Slots = new SlotLayout(plan, Schedules, components ? results : null);
        foreach (Node read in Schedules.SelectMany(schedule => schedule.Groups).SelectMany(group => group).SelectMany(ScalarSchedule.Reads)
            .Concat(results))
            Uses[read] = Uses.TryGetValue(read, out int count) ? count + 1 : 1;
    }

    public List<ScalarSchedule> Schedules { get; }

    public SlotLayout Slots { get; }

    public Dictionary<Node, int> Uses { get; } = [];
}
