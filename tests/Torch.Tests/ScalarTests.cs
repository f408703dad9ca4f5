using LossGen.Torch.Tests.Losses;
using Mono.Cecil;

namespace LossGen.Torch.Tests;

/// <summary>
/// A number that becomes a TorchSharp <see cref="Scalar"/> by itself may be freed while libtorch reads it: TorchSharp hands its pointer on
/// and keeps no reference. What LossGen brings and what it emits makes none, neither itself nor by those of TorchSharp's methods that do,
/// such as the sum of two tensors.
/// </summary>
public class ScalarTests
{
    private const string Holder = "LossGen.Generated.Scalars";

    [Fact]
    public void No_call_leaves_a_Scalar_to_the_collector()
    {
        HashSet<string> careless = Careless();
        Assert.Contains("TorchSharp.torch/Tensor TorchSharp.torch/Tensor::add(TorchSharp.torch/Tensor)", careless);
        Assert.Contains("TorchSharp.torch/Tensor TorchSharp.torch/Tensor::op_Addition(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)",
            careless);

        // This assembly has the files of src/Torch and the emitted operations of all losses that are declared in it.
        using AssemblyDefinition own = AssemblyDefinition.ReadAssembly(typeof(DiceCrossEntropy).Assembly.Location);
        MethodDefinition[] methods = [.. own.MainModule.GetTypes().Where(IsOfLossGen).SelectMany(type => type.Methods)
            .Where(method => method.HasBody)];
        Assert.True(methods.Length > 1000, $"only {methods.Length} methods found");
        string[] found = [.. methods.SelectMany(method => Calls(method).Where(called => MakesScalar(called)
            || careless.Contains(called.FullName)).Select(called => $"{method.FullName} calls {called.FullName}"))];
        Assert.True(found.Length == 0, string.Join('\n', found.Take(20)));
    }

    // Of TorchSharp's methods those that make a Scalar, and those that call one of these.
    private static HashSet<string> Careless()
    {
        using AssemblyDefinition torch = AssemblyDefinition.ReadAssembly(typeof(Tensor).Assembly.Location);
        (string Name, MethodReference[] Calls)[] methods = [.. torch.MainModule.GetTypes().SelectMany(type => type.Methods)
            .Where(method => method.HasBody)
            .Select(method => (method.FullName, Calls(method).ToArray()))];
        var careless = methods.Where(method => method.Calls.Any(MakesScalar)).Select(method => method.Name).ToHashSet();
        for (int known = 0; known < careless.Count;)
        {
            known = careless.Count;
            careless.UnionWith(methods.Where(method => method.Calls.Any(called => careless.Contains(called.FullName)))
                .Select(method => method.Name));
        }

        return careless;
    }

    private static bool IsOfLossGen(TypeDefinition type)
    {
        if (type.FullName == Holder)
            return false;
        for (TypeDefinition? outer = type; outer is not null; outer = outer.DeclaringType)
        {
            if (outer.Namespace == "LossGen.Generated" || outer.BaseType?.FullName == "LossGen.Generated.TensorOperations")
                return true;
        }

        return false;
    }

    private static bool MakesScalar(MethodReference method) => method.DeclaringType.FullName == "TorchSharp.Scalar"
        && method.Name == "op_Implicit";

    private static IEnumerable<MethodReference> Calls(MethodDefinition method) =>
        method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MethodReference>();
}
