namespace LossGen.Generated;

using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>
/// Which calls had a faulty target, without waiting for them: each leaves an int on the device, whose copy in the host's memory changes
/// when the device comes to it.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal sealed class DeviceFaults
{
    // A place is used again after so many calls. Should the host run that far ahead, a fault may go unnoticed; its value is NaN in any
    // case.
    private const int Places = 256;

    private readonly TensorDevice device;
    private Tensor? flags;
    private bool isMade;
    private int next;

    public DeviceFaults(TensorDevice device) => this.device = device;

    /// <summary>Has the int of a call copied when it is there.</summary>
    public void Watch(Tensor fault)
    {
        if (!isMade)
        {
            isMade = true;
            flags = device.NewFlags(Places);
        }

        if (flags is null)
            return;
        using Tensor place = flags.narrow(0, next, 1);
        place.copy_(fault, true);
        next = (next + 1) % Places;
    }

    /// <summary>Whether there was a fault since this was asked last, as far as the device has come.</summary>
    public bool Take()
    {
        if (flags is null)
            return false;
        nint address = DeviceTensor.Address(flags);
        bool found = false;
        for (int k = 0; k < Places; k++)
        {
            if (Marshal.ReadInt32(address, sizeof(int) * k) == 0)
                continue;
            found = true;
            Marshal.WriteInt32(address, sizeof(int) * k, 0);
        }

        return found;
    }
}
