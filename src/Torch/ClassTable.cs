namespace LossGen.Generated;

using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>Per-class constants on the devices that asked for them: copied there once, for a copy waits for the device.</summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal static class ClassTable
{
    private static readonly ConcurrentDictionary<(double[] Numbers, ScalarType Type, DeviceType Device, int Index), Tensor> s_tables =
        new();

    /// <summary>The numbers as (1, C, 1). The array is known by its reference: it must be the generated one.</summary>
    public static Tensor Get(double[] numbers, ScalarType type, Device device) => s_tables.GetOrAdd(
        (numbers, type, device.type, device.index),
        static key => Create(key.Numbers, key.Type, new Device(key.Device, key.Index)));

    private static Tensor Create(double[] numbers, ScalarType type, Device device)
    {
        using Tensor table = torch.tensor(numbers, dtype: type, device: device);
        return table.reshape(1, numbers.Length, 1).DetachFromDisposeScope();
    }
}
