using LossGen.Compiler.Model;

namespace LossGen.Compiler.Emit.Gpu;

/// <summary>Kernels for GPUs, in C that CUDA and OpenCL have in common, where the project asks for them.</summary>
internal sealed class GpuBackend : IBackend
{
    public string Suffix => ".Gpu";

    public bool IsWanted(LossModel model) => model.HasGpu;

    public string Emit(CompiledLoss loss, CancellationToken cancellation) => GpuEmitter.Emit(loss, cancellation);

    public StubPart Stub(LossModel model, string body) => new(
        "global::LossGen.Gpu.IGpuLoss",
        [
            $"global::LossGen.Gpu.GpuKernels? global::LossGen.Gpu.IGpuLoss.Kernels(bool dense) => {body};",
            .. model.HasTorchSharp ? [$"public string? {GpuEmitter.Reason} => {body};"] : Array.Empty<string>(),
        ]);

    public IEnumerable<(string Name, string Text)> SupportFiles() => [];
}
