using LossGen.Compiler.Model;

namespace LossGen.Compiler.Emit.Torch;

/// <summary>
/// A TorchSharp module, and tensor operations for every device and floating type, where the project references TorchSharp.
/// </summary>
internal sealed class TorchBackend : IBackend
{
    private const string Tensor = "global::TorchSharp.torch.Tensor";

    public string Suffix => ".Torch";

    public bool IsWanted(LossModel model) => model.HasTorchSharp;

    public string Emit(CompiledLoss loss, CancellationToken cancellation) =>
        TorchEmitter.Emit(loss.Model, loss.Index?.Graph, loss.Dense?.Graph, cancellation);

    public StubPart Stub(LossModel model, string body)
    {
        string inputs = TorchSignature.Parameters(model);
        return new(
            TorchSignature.Base(model),
            [
                $"public override {Tensor} forward({Tensor} input, {Tensor} target{inputs}) => {body};",
                $"public double EvaluateWithGradient({Tensor} logits, {Tensor} target{inputs}, {Tensor} gradient) => {body};",
            ])
        {
            IsClass = true,
        };
    }

    public IEnumerable<(string Name, string Text)> SupportFiles() => TorchSupportSource.Files();
}
