using LossGen.Compiler.Model;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>The loss itself: kernels in vectors of the CPU, and the call that runs the formulas as they are written.</summary>
internal sealed class CpuBackend : IBackend
{
    public string Suffix => "";

    public bool IsWanted(LossModel model) => true;

    public string Emit(CompiledLoss loss, CancellationToken cancellation) => LossEmitter.Emit(loss, cancellation);

    public StubPart Stub(LossModel model, string body) => new(
        "global::LossGen.ILoss",
        [
            $"global::LossGen.LossDefinition global::LossGen.ILoss.Definition => {body};",
            $"void global::LossGen.ILoss.Run(ref global::LossGen.Kernels.CpuCall call) => {body};",
            $"global::LossGen.Value global::LossGen.ILoss.Reference(global::LossGen.Reference.ReferenceContext context) => {body};",
        ]);

    public IEnumerable<(string Name, string Text)> SupportFiles() => [];
}
