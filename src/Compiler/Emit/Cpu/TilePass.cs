using System.Collections.Immutable;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Program;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>A pass over one tile of pixels, as the methods that its schedule asks for.</summary>
internal sealed class TilePass
{
    // Beyond this weight the phases become methods of their own, each with the compiler's whole budget.
    private const int MostInlined = 450;

    private const string ClassesRemark = "Class by class: sums and results that keep the class axis.";

    // Loops over the classes, behind the name of the pass.
    private const string Sums = "Sums";
    private const string Classes = "Classes";
    private const string Part = "Part";

    private readonly LossPlan plan;
    private readonly PassPlan pass;
    private readonly NodeNames names;
    private readonly string name;
    private readonly TileSchedule schedule;
    private readonly TileSums totals;

    // What earlier loops left in scratch rows.
    private readonly HashSet<Node> stored;

    private readonly List<TileProgram> programs = [];
    private TileMethod method;

    private TilePass(LossPlan plan, PassPlan pass, NodeNames names, string name)
    {
        this.plan = plan;
        this.pass = pass;
        this.names = names;
        this.name = name;
        schedule = pass.Schedule;
        totals = new(pass, names);
        stored = [.. schedule.Stored.Where(schedule.IsGiven)];
        method = Begin();
    }

    /// <summary>Rows of scratch memory: with a class axis, and without.</summary>
    public static (int ClassRows, int PixelRows) ScratchRows(PassPlan pass) =>
        (pass.Schedule.Stored.Count, pass.Schedule.Rows.Count + pass.Schedule.Ahead.Count + pass.Schedule.Handed.Count);

    /// <summary>Products over pixels: with a class axis, and without.</summary>
    public static (int PerClass, int Shared) Products(PassPlan pass) =>
        (TileSums.ProductsOf(pass, perClass: true).Count(), TileSums.ProductsOf(pass, perClass: false).Count());

    public static IEnumerable<TileProgram> Build(LossPlan plan, PassPlan pass, NodeNames names, string name)
    {
        var built = new TilePass(plan, pass, names, name);
        built.Build();
        return built.programs;
    }

    private TileMethod Begin(bool isForSeveral = false) => method = new(plan, schedule, names, isForSeveral);

    private void End(string own, TileProgramKind kind = TileProgramKind.Method, ClassPart? part = null, string remark = "") =>
        programs.Add(new(method.Program(own, part is null ? "" : ", int c", part) with { Remark = remark }, kind));

    private void Build()
    {
        if (schedule.Weight <= MostInlined || !schedule.HasPixelPhase || !schedule.HasClassPhase)
        {
            Softmax();
            RowSums();
            if (schedule.HasPixelPhase)
                PixelPhase(name, second: null);
            if (schedule.ClassesInPairs)
                RunClasses(ClassesRemark, name + Classes);
            else if (schedule.HasClassPhase)
                ClassPhase();
            End(name);
        }
        else
        {
            InParts();
        }

        if (schedule.RowSums.Count > 0)
        {
            Begin(isForSeveral: true);
            method.Gap();
            RowSumLoop();
            End(name + Sums, TileProgramKind.ClassLoop);
        }

        if (schedule.ClassesInPairs)
        {
            Begin(isForSeveral: true);
            method.Gap();
            ClassPhase();
            End(name + Classes, TileProgramKind.ClassLoop);
        }

        for (int k = 0; k < schedule.ClassParts.Count; k++)
            PartOfClass(k);
    }

    private void InParts()
    {
        string pixels = name + "Pixels", classes = name + Classes;
        string? followers = schedule.IsCut ? name + "Followers" : null;
        RunMethod(pixels);
        if (followers is not null)
            RunMethod(followers);
        if (schedule.ClassesInPairs)
            method.Run(LoopOf(classes), TileMethod.Tile);
        else
            RunMethod(classes);
        End(name);

        Begin();
        Softmax();
        RowSums();
        PixelPhase(pixels, followers);
        End(followers ?? pixels);
        if (schedule.ClassesInPairs)
            return;
        Begin();
        ClassPhase();
        End(classes);
    }

    private void RunMethod(string other, params Expression[] more) => method.Run(other + "<T, V, M>", [TileMethod.Tile, .. more]);

    private static string LoopOf(string loop) => $"{KernelEmitter.Kernels}.ClassLoops.Run<{loop}, T, V, M>";

    private void RunClasses(string remark, string loop)
    {
        method.Head(remark);
        method.Run(LoopOf(loop), TileMethod.Tile);
    }

    private void RowSums()
    {
        if (schedule.RowSums.Count > 0)
            RunClasses("Class by class: sums over the classes, in rows.", name + Sums);
    }

    // The runtime's part of the pass, ahead of the loops.
    private void Softmax()
    {
        if (schedule.Softmax is not { } softmax)
            return;
        method.Head($"Softmax: {string.Join("; ", softmax.Nodes.Where(node => TileSchedule.HasClass(node) || schedule.Rows.Contains(node)).Select(names.Describe))}.");
        method.Run(
            "V.Exponentials",
            [TileMethod.Tile, method.Places.ClassRows(softmax.Exponential), method.Places.Row(softmax.Normaliser), .. Row("maximum", softmax.Maximum), .. Row("labelExponent", softmax.LabelExponent),
                .. Row("others", softmax.Others)]);

        IEnumerable<Expression> Row(string parameter, Node? node) => node is not null && schedule.Rows.Contains(node)
            ? [new Named(parameter, method.Places.Row(node))] : [];
    }

    // Where a name is given for what follows the cut, a method of its own.
    private void PixelPhase(string first, string? second)
    {
        List<Summand> sums = schedule.Pass.Summands.Where(summand => !summand.HasClass).ToList();
        method.Head("Pixel by pixel: what joins the classes.");
        if (second is null)
            totals.Declare(method, sums);
        method.EachPixel(() =>
        {
            method.Load(schedule.GivenRowsOf(schedule.IsCut));
            Strata(0, schedule.IsCut ? schedule.Cut : schedule.LastStratum);
            if (schedule.IsCut)
                StoreRows(schedule.Rows.Where(row => !IsReady(row) && schedule.IsBeforeCut(row)));
            else
                FinishPixel(sums);
        });
        if (schedule.IsCut)
        {
            if (second is not null)
            {
                End(first);
                Begin();
            }

            method.Head("Pixel by pixel: what follows from that.");
            if (second is not null)
                totals.Declare(method, sums);
            method.EachPixel(() =>
            {
                method.Load(schedule.Carried.Concat(schedule.GivenRowsOf(beforeCut: false)).Distinct());
                Strata(schedule.Cut + 1, schedule.LastStratum);
                FinishPixel(sums);
            });
        }

        totals.Store(method, sums);
    }

    private void Strata(int first, int last)
    {
        for (int stratum = first; stratum <= last; stratum++)
        {
            foreach (Node node in schedule.PerPixel.Where(node => schedule.Stratum(node) == stratum
                && !TileSchedule.IsClassReduction(node)))
                method.Name(node);
            List<Node> reductions = schedule.ReductionsOf(stratum).Where(reduction => !schedule.RowSums.Contains(reduction)).ToList();
            if (reductions.Count > 0)
                Reduce(reductions);
        }
    }

    // What a pixel adds to sums and leaves in memory.
    private void FinishPixel(List<Summand> sums)
    {
        foreach (Summand sum in sums)
            totals.Accumulate(method, sum);
        if (schedule.WritesElementsPerPixel)
            method.Store(Value(pass.Elements!), LaneValues.AtPixel(LaneValues.Address("tile.Elements")));
        foreach (StoredMap map in schedule.PixelMaps)
            method.Store(Value(map.Value), LaneValues.AtPixel(method.Places.MapStores(map)));
        StoreRows(schedule.Rows.Where(row => !IsReady(row) && !schedule.IsBeforeCut(row)));
    }

    private Expression Value(Node node) => method.Values.Value(node);

    // In its row before the loops over the pixels.
    private bool IsReady(Node row) => schedule.IsGiven(row) || schedule.RowSums.Contains(row);

    private void StoreRows(IEnumerable<Node> rows)
    {
        foreach (Node row in rows)
            StoreRow(row);
    }

    private void StoreRow(Node row) => method.Store(Value(row), LaneValues.AtPixel(method.Places.Row(row)));

    private void Reduce(List<Node> reductions)
    {
        foreach (Node reduction in reductions)
        {
            method.Remark(reduction);
            method.Add(new Declare(names.Of(reduction), NumberType.Lanes, LaneValues.Number(reduction.Op == Op.ClassMaximum
                ? double.NegativeInfinity : 0)));
        }

        List<Node> reduced = reductions.ConvertAll(reduction => reduction[0]);
        List<Node> computed = schedule.Computed(reduced, stored.Contains);
        method.EachClassOfPixel(computed, reduced, () =>
        {
            foreach (Node node in computed)
            {
                bool isStored = schedule.Stored.Contains(node);
                method.Name(node, isStored);
                if (isStored)
                    method.Store(Value(node), method.Places.Row(node));
            }

            foreach (Node reduction in reductions)
            {
                // NaN stays NaN: the machine's own maximum keeps it on one side only.
                Variable own = method.Values.Name(reduction);
                method.Add(reduction.Op == Op.ClassMaximum
                    ? new Assign(own, Joining.Set, Call.Of("V.Max", NumberType.Lanes, Value(reduction[0]), own))
                    : method.Values.Add(own, reduction[0]));
            }
        });
        foreach (Node reduction in reductions)
            method.Values.Scope.Add(reduction);
        stored.UnionWith(computed.Where(schedule.Stored.Contains));
    }

    private void ClassPhase()
    {
        if (schedule.ClassParts.Count > 0)
        {
            method.Head(ClassesRemark);
            method.EachClass(() =>
            {
                for (int k = 0; k < schedule.ClassParts.Count; k++)
                    RunMethod(name + Part + k, LaneValues.C);
            });
            return;
        }

        List<Summand> perClass = schedule.ClassSums.Where(sum => TileSchedule.HasClass(sum.Sum)).ToList();
        List<Summand> across = schedule.ClassSums.Where(sum => !TileSchedule.HasClass(sum.Sum)).ToList();
        if (!method.IsForSeveral)
            method.Head(ClassesRemark);
        totals.Declare(method, across);
        method.EachClass(() => ClassSteps(schedule.ClassLoop, schedule.Computed(schedule.ClassOutputs, schedule.Stored.Contains), [],
            schedule.ClassOutputs, perClass, across));
        totals.Store(method, across);
    }

    // A part of a class's work. A result is written by the part that computes it.
    private void PartOfClass(int index)
    {
        ClassPart part = schedule.ClassParts[index];
        List<Summand> sums = schedule.ClassSums.Where(sum => sum.Parts.Max(PartOf) == index).ToList();
        List<Node> written = schedule.ClassOutputs.Where(output => PartOf(output) == index).ToList();
        Begin();
        method.Gap();
        foreach (Statement step in method.InClass(() => ClassSteps(
            part.Nodes, index == 0 ? [.. schedule.Computed(schedule.Ahead, _ => false), .. part.Nodes] : part.Nodes, part.Leaves, written,
                sums, [], part)))
            method.Add(step);
        End(name + Part + index, part: part, remark: $"Class by class, part {index + 1} of {schedule.ClassParts.Count}.");
    }

    // What is done for one class: in a method of its own, if it is a part of it.
    private void ClassSteps(
        List<Node> nodes, List<Node> pointed, IReadOnlyCollection<Node> left, IEnumerable<Node> written, List<Summand> sums,
            List<Summand> across, ClassPart? part = null)
    {
        List<Node> outputs = [.. written, .. left];
        method.ClassPointers(pointed, outputs);
        method.ResultPointers(written);
        if (part is null || ReferenceEquals(part, schedule.ClassParts[0]))
            Ahead();
        totals.Declare(method, sums);
        method.EachPixelOfClass(nodes, outputs, () =>
        {
            method.Load(schedule.Ahead.Where(method.Values.Scope.ReadsOften));
            method.Load(part?.Reads ?? []);
            foreach (Node node in nodes)
            {
                method.Name(node, left.Contains(node));
                if (left.Contains(node))
                    StoreRow(node);
            }

            foreach (Summand sum in sums.Concat(across))
                totals.Accumulate(method, sum);
            method.StoreResults(written);
        });
        totals.Store(method, sums);
    }

    private int PartOf(Node output) => Math.Max(0, schedule.ClassParts.FindIndex(part => part.Computes(output)));

    // Each class's terms, added to the rows of the sums.
    private void RowSumLoop()
    {
        foreach (Node sum in schedule.RowSums)
            method.Remark(sum);
        List<Node> added = schedule.RowSums.Select(sum => sum[0]).ToList();
        List<Node> computed = schedule.Computed(added, schedule.Stored.Contains);
        method.EachClass(() =>
        {
            method.ClassPointers(computed, added);
            method.EachPixelOfClass(computed, added, () =>
            {
                foreach (Node node in computed)
                    method.Name(node);
                foreach (Node sum in schedule.RowSums)
                    method.Add(method.Values.AddToRow(sum));
            });
        });
    }

    // The runtime's part of a class, ahead of the loop that adds up and writes.
    private void Ahead()
    {
        foreach (Node node in schedule.Ahead)
        {
            method.Remark(node);
            method.Run($"{KernelEmitter.Kernels}.Sigmoid.Exponentials<T, V>", LaneValues.Address("x"), method.Places.Row(node),
                LaneValues.Pixels);
        }
    }
}
