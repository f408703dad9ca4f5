using LossGen.Generator.Emit.Torch;
using LossGen.Generator.Model;

namespace LossGen.Generator.Emit;

/// <summary>
/// What a loss with errors gets: the types and members that its users call, so that the compiler's complaints about them
/// do not hide the one message that matters.
/// </summary>
internal static class StubEmitter
{
    private const string Tensor = "global::TorchSharp.torch.Tensor";
    private const string Throw = "throw new global::System.NotSupportedException(\"The declaration of this loss has errors.\")";

    public static string Emit(LossModel model)
    {
        string bases = model.HasTorchSharp
            ? $"{TorchSignature.Base(model)}, global::LossGen.ILoss"
            : "global::LossGen.ILoss";
        string module = model.HasTorchSharp
            ? $"""


                public override {Tensor} forward({Tensor} input, {Tensor} target{TorchSignature.Parameters(model)}) => {Throw};

                public double EvaluateWithGradient({Tensor} logits, {Tensor} target{TorchSignature.Parameters(model)}, {Tensor} gradient) => {Throw};
            """
            : "";
        return PartialType.Write(model.Namespace, model.Containers, $$"""
            {{model.Modifiers}} partial class {{model.Name}} : {{bases}}
            {
                global::LossGen.LossDefinition global::LossGen.ILoss.Definition => {{Throw}};

                void global::LossGen.ILoss.Run(ref global::LossGen.Kernels.CpuCall call) => {{Throw}};

                global::LossGen.Value global::LossGen.ILoss.Reference(global::LossGen.Reference.ReferenceContext context) => {{Throw}};{{module}}
            }
            """);
    }
}
