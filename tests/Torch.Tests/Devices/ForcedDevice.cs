using LossGen.Generated;

namespace LossGen.Torch.Tests.Devices;

/// <summary>Tensors of the CPU in the place of a device's.</summary>
internal static class ForcedDevice
{
    /// <summary>Runs on this device.</summary>
    public static T Run<T>(this TensorDevice device, Func<T> run)
    {
        TensorDevice.Forced = device;
        try
        {
            return run();
        }
        finally
        {
            TensorDevice.Forced = null;
        }
    }
}
