using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Program;

namespace LossGen.Compiler.Emit;

/// <summary>Which results of the scalar section are kept in memory, and where: those that another loop or a later stage reads.</summary>
internal sealed class SlotLayout
{
    private readonly Dictionary<Node, int> rows = [];
    private readonly int[] counts = new int[4];

    public SlotLayout(LossPlan plan, IReadOnlyList<ScalarSchedule> schedules, IReadOnlyList<Node>? results = null)
    {
        var made = new Dictionary<Node, (int Stage, List<ScalarStep> Group)>();
        var kept = new SortedDictionary<int, Node>();
        foreach (ScalarSchedule schedule in schedules)
        {
            foreach (List<ScalarStep> group in schedule.Groups)
            {
                foreach (ScalarStep step in group.Where(step => step.Pass is null))
                {
                    made[step.Node] = (schedule.Stage, group);
                    if (step.IsReduction && step.Node.Axes != Axes.None)
                        kept[step.Node.Id] = step.Node;
                }

                foreach (Node input in group.SelectMany(ScalarSchedule.Reads).Where(made.ContainsKey))
                {
                    (int stage, List<ScalarStep> source) = made[input];
                    if (stage != schedule.Stage || (input.Axes != Axes.None && !ReferenceEquals(source, group)))
                        kept[input.Id] = input;
                }
            }
        }

        foreach (Node read in new[] { plan.Value }.Where(made.ContainsKey))
        {
            if (read.Axes != Axes.None || made[read].Stage != plan.ValueStage)
                kept[read.Id] = read;
        }

        foreach (Node result in (results ?? []).Where(result => result.Axes != Axes.None && made.ContainsKey(result)))
            kept[result.Id] = result;

        foreach (Node node in kept.Values)
            rows[node] = counts[Kind(node.Axes)]++;
    }

    /// <summary>Scalar, class, image and image-class rows.</summary>
    public IReadOnlyList<int> Counts => counts;

    public bool IsStored(Node node) => rows.ContainsKey(node);

    /// <summary>The distance of a node's row from the start of the slots.</summary>
    /// <param name="node">The node.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="images">The number of images.</param>
    public Expression Offset(Node node, Expression classes, Expression images)
    {
        int row = rows[node];
        Expression behindScalars = Whole.Of(counts[0]);
        Expression behindClasses = Whole.Sum(behindScalars, Whole.Times(counts[1], classes));
        return Kind(node.Axes) switch
        {
            0 => Whole.Of(row),
            1 => Whole.Sum(behindScalars, Whole.Times(row, classes)),
            2 => Whole.Sum(behindClasses, Whole.Times(row, images)),
            _ => Whole.Sum(Whole.Sum(behindClasses, Whole.Times(counts[2], images)), Whole.Times(row, Whole.Product(images, classes))),
        };
    }

    private static int Kind(Axes axes) => (axes.Has(Axes.Class) ? 1 : 0) + (axes.Has(Axes.Batch) ? 2 : 0);
}
