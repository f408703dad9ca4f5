using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Plan;

/// <summary>
/// What the ranks of pixels are compared with, where nothing else is asked of them: a kernel then tells those that a comparison takes from
/// the others, and sorts none. Hard pixels and the top k are found so.
/// </summary>
/// <param name="Number">A constant, or a result of the scalar section.</param>
/// <param name="IsBelow">Ranks below it are told from others; else ranks up to it.</param>
/// <param name="Pass">The pass that reads it from the scalar section, the one after that which stores the keys; null of a constant.</param>
internal sealed record RankLimit(Node Number, bool IsBelow, PassPlan? Pass)
{
    /// <summary>That of a running sum; null where it is no rank, or its rank is used otherwise.</summary>
    public static RankLimit? Of(LossPlan plan, Node rank)
    {
        PassPlan own = plan.PassOf(rank);
        if (!PassPlan.IsCount(rank) || own.RunningSums.Any(other => other != rank && own.KeysOf(other) == own.KeysOf(rank)))
            return null;
        if (plan.AllPasses.Any(pass => pass.Outputs.Contains(rank) || pass.Steps.Any(step => step.Inputs.Contains(rank))))
            return null;
        List<Node> users = [.. plan.AllPasses.SelectMany(pass => Planner.PixelNodes(pass.Outputs)).Distinct()
            .Where(node => node.Inputs.Contains(rank) || node.PassInputs.Contains(rank))];
        List<(Node Number, bool IsBelow)?> limits = [.. users.Select(user => Comparison(user, rank)).Distinct()];
        if (limits is not [var (number, isBelow)])
            return null;
        if (number.IsConstant)
            return new(number, isBelow, null);

        // One number for all that is sorted together, known when only the value is asked for.
        if (number.Axes.Has(Axes.Class) || (number.Axes.Has(Axes.Batch) && rank.Attribute.Has(Axes.Batch)))
            return null;

        // A pass has its constants right ahead of it: those of the next pass are there when the ranks are asked for.
        int next = own.Stage + 1;
        bool isRead = next < plan.ValueStage && plan.Statistics[next].ScalarConstants.Contains(number);
        return isRead ? new(number, isBelow, plan.Statistics[next]) : null;
    }

    private static (Node Number, bool IsBelow)? Comparison(Node user, Node rank) => user switch
    {
        { Op: Op.LessOrEqual } when user[0] == rank && !user[1].IsPixel => (user[1], false),
        { Op: Op.Less } when user[1] == rank && !user[0].IsPixel => (user[0], false),
        { Op: Op.Less } when user[0] == rank && !user[1].IsPixel => (user[1], true),
        { Op: Op.LessOrEqual } when user[1] == rank && !user[0].IsPixel => (user[0], true),
        _ => null,
    };
}
