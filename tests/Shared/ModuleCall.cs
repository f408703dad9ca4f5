using System.Reflection;
using TorchSharp;
using static TorchSharp.torch;

namespace LossGen.TestSupport;

/// <summary>
/// Calls the TorchSharp side of a loss that is known at run time only: how many tensors its methods take depends on the loss.
/// </summary>
internal static class ModuleCall
{
    /// <summary>The value.</summary>
    public static Tensor Forward(nn.Module module, Tensor[] arguments) =>
        Invoke(module, "forward", arguments) as Tensor ?? throw new InvalidOperationException("The module returned nothing.");

    /// <summary>The value, with the gradient written into the last of the tensors, multiplied by a number.</summary>
    public static double EvaluateWithGradient(nn.Module module, Tensor[] arguments, double upstream = 1) =>
        (double)Invoke(module, "EvaluateWithGradient", [.. arguments, upstream])!;

    /// <summary>Forces the tensor operations, as on another device.</summary>
    public static T OnOperations<T>(ILoss loss, Func<T> run)
    {
        PropertyInfo force = loss.GetType().Assembly.GetType("LossGen.Generated.TorchLoss", throwOnError: true)!
            .GetProperty("ForceTensorOperations", BindingFlags.Static | BindingFlags.NonPublic)!;
        force.SetValue(null, true);
        try
        {
            return run();
        }
        finally
        {
            force.SetValue(null, false);
        }
    }

    private static object? Invoke(nn.Module module, string method, object[] arguments)
    {
        try
        {
            return module.GetType().GetMethod(method, [.. arguments.Select(argument => argument.GetType())])!.Invoke(module, arguments);
        }
        catch (TargetInvocationException wrapper) when (wrapper.InnerException is ArgumentException error)
        {
            throw error;
        }
    }
}
