using System.Collections.Immutable;
using LossGen.Compiler.Build;
using LossGen.Compiler.Emit;
using LossGen.Compiler.Emit.Cpu;
using LossGen.Compiler.Emit.Gpu;
using LossGen.Compiler.Emit.Torch;
using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Support;

namespace LossGen.Compiler;

/// <summary>
/// The compiler's stages in their order, from a declaration as data to generated files. Each kind of target goes through them by itself:
/// its terms are read into one graph, which is differentiated while it is built (<see cref="GraphComposer"/>), lowered and cut into passes
/// (<see cref="Planner"/>), and printed by each backend that is wanted.
/// </summary>
internal static class Pipeline
{
    /// <summary>What a loss is compiled to. A further backend is a further entry.</summary>
    public static ImmutableArray<IBackend> Backends { get; } = [new CpuBackend(), new TorchBackend(), new GpuBackend()];

    /// <summary>
    /// Compiles a loss. Throws only where it is cancelled: what goes wrong behind the parser becomes a message about this loss, and the
    /// other losses are still generated.
    /// </summary>
    /// <param name="model">What was declared.</param>
    /// <param name="showsStages">The graph after each stage stands at the end of the file.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static EmittedLoss Run(LossModel model, bool showsStages, CancellationToken cancellation)
    {
        if (model.IsBroken)
            return Stub(model, null);
        try
        {
            return RoomyStack.Run(FormulaText.Levels(model.Terms), () => Emit(model, showsStages, cancellation), cancellation);
        }
        catch (FormulaTextException error)
        {
            return Stub(model, new(error.Term, error.Expression, error.Message, IsInternal: false));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Stub(model, new(-1, -1, Fault.Describe(error), IsInternal: true));
        }
    }

    /// <summary>The stages that all backends share.</summary>
    public static CompiledLoss Compile(LossModel model, CancellationToken cancellation)
    {
        TargetKind target = model.Options.Target;
        LossGraph? index = target == TargetKind.Dense ? null : GraphComposer.Compose(model, indexTarget: true, cancellation);
        LossGraph? dense = target == TargetKind.Index ? null : GraphComposer.Compose(model, indexTarget: false, cancellation);
        if (index is not null && dense is not null)
            (index, dense) = (index.WithClassesOf(dense), dense.WithClassesOf(index));
        return new(model, index is null ? null : Plan(index), dense is null ? null : Plan(dense));
    }

    private static LossPlan Plan(LossGraph graph)
    {
        GraphVerifier.Check("differentiation", [graph.Value, graph.Gradient, .. Component.InOrder(graph.Components)
            .Select(component => component.Node)]);
        LossPlan plan = Planner.Plan(graph);
        GraphVerifier.Check("planning", plan.AllPasses.SelectMany(pass => pass.Outputs)
            .Concat([plan.Value, .. Component.InOrder(plan.Components).Select(component => component.Node)]));
        return plan;
    }

    private static EmittedLoss Emit(LossModel model, bool showsStages, CancellationToken cancellation)
    {
        CompiledLoss loss = Compile(model, cancellation) with { ShowsStages = showsStages };
        IEnumerable<EmittedFile> files = Backends
            .Where(backend => backend.IsWanted(model))
            .Select(backend => new EmittedFile(model.HintName + backend.Suffix, backend.Emit(loss, cancellation)));
        return new(model.HintName, model.Name, files.ToEquatableArray(), null);
    }

    private static EmittedLoss Stub(LossModel model, EmitFailure? failure)
    {
        EmittedFile[] files = [new(model.HintName, StubEmitter.Emit(model, Backends.Where(backend => backend.IsWanted(model))))];
        return new(model.HintName, model.Name, files.ToEquatableArray(), failure);
    }
}
