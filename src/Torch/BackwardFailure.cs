namespace LossGen.Generated;

using System;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>
/// Makes <c>backward()</c> throw, with words of ours. A callback of autograd may not throw, since nothing managed gets through libtorch's
/// frames: the process would end. And the engine's own messages about a wrong gradient take no text.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal static class BackwardFailure
{
    private const string Changed = "modified by an inplace operation";

    /// <summary>
    /// Leaves the failure for the caller of <c>backward()</c> and gives what the callback has to return as the gradient: null, so that no
    /// tensor changes.
    /// </summary>
    /// <param name="loss">The name of the loss.</param>
    /// <param name="error">What happened.</param>
    /// <param name="device">The device of the logits.</param>
    public static Tensor? Leave(string loss, Exception error, Device device) => Leave(
        error.Message.IndexOf(Changed, StringComparison.Ordinal) >= 0
            ? $"{loss}: the logits, the target or a map were changed in place after the loss was computed, and its gradient needs them as "
                + "they were. Change a copy, as in logits.clone().add_(1), or change them after backward()."
            : $"{loss}: the gradient failed. {error.GetType().Name}: {error.Message}",
        device);

    // On the CPU the engine runs on the thread that called backward(), and TorchSharp throws there what libtorch said last on that thread.
    // So libtorch is made to say it: of its errors that repeat an argument this one has nothing behind the text. Other devices have threads
    // of their own. There a gradient on another device is what the engine refuses, in its own words.
    private static Tensor? Leave(string text, Device device)
    {
        try
        {
            if (device.type == DeviceType.CPU)
            {
                using Tensor matrix = torch.zeros(2, 2);
                THSLinalg_cond_str(matrix.Handle, "\n" + text + "\n");
                return null;
            }
        }
        catch (EntryPointNotFoundException)
        {
            // Another version of TorchSharp.
        }

        return torch.empty(new long[] { 1 }, device: torch.META);
    }

    [DllImport("LibTorchSharp")]
    private static extern nint THSLinalg_cond_str(nint tensor, [MarshalAs(UnmanagedType.LPUTF8Str)] string order);
}
