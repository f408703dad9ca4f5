using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Distributed.Training;

/// <summary>
/// The gradients of a network's parameters, added up in double, in one block. Sums of floats in double are exact as long as the largest
/// is less than some 2^26 times the smallest, so that it does not matter which process had which.
/// </summary>
internal sealed class ParameterGradients
{
    private readonly (string Name, Parameter Parameter, Range Place)[] parts;
    private readonly double[] sums;

    public ParameterGradients(Module network)
    {
        int length = 0;
        parts = [.. network.named_parameters().Select(p =>
        {
            int start = length;
            length += (int)p.parameter.numel();
            return (p.name, p.parameter, start..length);
        })];
        sums = new double[length];
    }

    public Span<double> Sums => sums;

    public void Clear()
    {
        sums.AsSpan().Clear();
        foreach (var part in parts)
            part.Parameter.grad?.zero_();
    }

    /// <summary>Adds what the last backward pass left at the parameters, and takes it from there.</summary>
    public void Take()
    {
        foreach ((string name, Parameter parameter, Range place) in parts)
        {
            Tensor gradient = parameter.grad ?? throw new InvalidOperationException($"{name} has no gradient.");
            Span<double> to = sums.AsSpan(place);
            Span<float> from = Numbers(gradient);
            for (int i = 0; i < to.Length; i++)
                to[i] += from[i];
            from.Clear();
        }
    }

    /// <summary>Gives the sums to the parameters. Returns the name of one whose gradient is not finite, or null.</summary>
    public string? Give()
    {
        foreach ((string name, Parameter parameter, Range place) in parts)
        {
            // A process without an image had no backward pass.
            Tensor gradient = parameter.grad ??= zeros_like(parameter).DetachFromDisposeScope();
            Span<float> to = Numbers(gradient);
            ReadOnlySpan<double> from = sums.AsSpan(place);
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = (float)from[i];
                if (!float.IsFinite(to[i]))
                    return name;
            }
        }
        return null;
    }

    private static Span<float> Numbers(Tensor gradient) => gradient.is_contiguous()
        ? MemoryMarshal.Cast<byte, float>(gradient.bytes)
        : throw new InvalidOperationException("A gradient of a parameter is not contiguous.");
}
