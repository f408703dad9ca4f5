namespace LossGen.Generated;

using System;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>
/// A node of the autograd graph. It is of the native class that TorchSharp's custom functions are made of, by the same native calls,
/// without the lists, delegates and empty tensors that those make anew in each call: for small batches that is most of a call's time. A
/// node that no graph has any more is used again.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal sealed class LossNode : ISavedTensors
{
    private static readonly object s_lock = new();

    // The first of those that no graph has. The others are kept alive by their own handles.
    private static LossNode? s_idle;

    private static readonly AllocateArray s_allocate = Allocate;
    private static readonly nint s_allocateAddress = Marshal.GetFunctionPointerForDelegate(s_allocate);

    // Memory for one tensor's handle each, which libtorch reads and writes during a call of this thread.
    [ThreadStatic]
    private static nint s_argument, s_result;

    // Kept, for libtorch has only their addresses.
    private readonly BackwardCall backward;
    private readonly DeletedCall deleted;
    private readonly nint backwardAddress, deletedAddress;
    private LossNode? next;
    private GCHandle self;
    private NodePointers pointers;
    private LossCall? call;
    private nint[] saved = Array.Empty<nint>();
    private int savedCount;

    private LossNode()
    {
        backward = Backward;
        deleted = Deleted;
        backwardAddress = Marshal.GetFunctionPointerForDelegate(backward);
        deletedAddress = Marshal.GetFunctionPointerForDelegate(deleted);
    }

    /// <summary>
    /// The native calls are those of the TorchSharp that is here. Their arguments are no public contract, so of another version
    /// TorchSharp's own custom functions are used.
    /// </summary>
    public static bool IsSupported { get; } = typeof(torch).Assembly.GetName().Version is { Major: 0, Minor: 107 };

    /// <summary>The value of a call as part of the graph of the logits.</summary>
    public static Tensor Apply(Tensor logits, Tensor target, LossCall call, Tensor[] inputs)
    {
        LossNode node = Rent();
        node.pointers = THSAutograd_CSharpNode_ctor(node.backwardAddress, node.deletedAddress);
        if (node.pointers.IsMissing)
        {
            node.Return();
            torch.CheckForErrors();
        }

        try
        {
            node.call = call;
            node.Save(logits, target, inputs);
            nint argument = Slot(ref s_argument);
            Marshal.WriteIntPtr(argument, logits.Handle);
            var arguments = new HandleArray(argument, 1);
            THSAutograd_CSharpNode_setNextEdges(node.pointers, arguments, true);
            torch.CheckForErrors();

            // The output is the value itself, now with a history: a second handle of it.
            using Tensor value = call.TakeValue();
            nint output = Slot(ref s_result);
            Marshal.WriteIntPtr(output, value.Handle);
            THSAutograd_Function_wrapOutputs(arguments, default, default, new HandleArray(output, 1), node.pointers, s_allocateAddress);
            torch.CheckForErrors();
            GC.KeepAlive(logits);
            return Tensor.UnsafeCreateTensor(Marshal.ReadIntPtr(output));
        }
        finally
        {
            // From here on the value alone holds the node; without one it is deleted at once.
            THSAutograd_CSharpNode_disposeSharedPtr(node.pointers);
        }
    }

    /// <inheritdoc/>
    public Tensor[] Unpack()
    {
        if (savedCount == 0)
            throw new InvalidOperationException("The graph was freed by an earlier backward(); pass retain_graph: true to that one.");
        var tensors = new Tensor[savedCount];
        for (int k = 0; k < tensors.Length; k++)
        {
            nint handle = THSAutograd_SavedVariable_unpack(saved[k], pointers);
            if (handle == 0)
                torch.CheckForErrors();
            tensors[k] = Tensor.UnsafeCreateTensor(handle);
        }

        return tensors;
    }

    /// <inheritdoc/>
    public void Release()
    {
        for (int k = 0; k < savedCount; k++)
            THSAutograd_SavedVariable_dispose(saved[k]);
        savedCount = 0;
        call?.Release();
    }

    private static LossNode Rent()
    {
        LossNode? node;
        lock (s_lock)
        {
            node = s_idle;
            s_idle = node?.next;
        }

        node ??= new LossNode();
        node.next = null;
        node.self = GCHandle.Alloc(node);
        return node;
    }

    private void Return()
    {
        call = null;
        self.Free();
        lock (s_lock)
        {
            next = s_idle;
            s_idle = this;
        }
    }

    private void Save(Tensor logits, Tensor target, Tensor[] inputs)
    {
        int count = 2 + inputs.Length;
        if (saved.Length < count)
            saved = new nint[count];
        Save(logits);
        Save(target);
        for (int k = 0; k < inputs.Length; k++)
            Save(inputs[k]);
    }

    private void Save(Tensor tensor)
    {
        nint handle = THSAutograd_SavedVariable_ctor(tensor.Handle, pointers, false);
        if (handle == 0)
        {
            try
            {
                torch.CheckForErrors();
            }
            catch (ExternalException)
            {
                // Tensors of inference mode cannot be saved.
                using Tensor copy = tensor.clone();
                handle = THSAutograd_SavedVariable_ctor(copy.Handle, pointers, false);
                torch.CheckForErrors();
            }
        }

        GC.KeepAlive(tensor);
        saved[savedCount++] = handle;
    }

    // Called by libtorch, with the gradient of the value: 0 where none arrives. Must not throw.
    private HandleArray Backward(nint tensors, int count)
    {
        nint arrived = Marshal.ReadIntPtr(tensors), result = Slot(ref s_result);
        Tensor? gradient = arrived == 0 ? null : LossBackward.Run(call!, Tensor.UnsafeCreateTensor(arrived), this);
        Marshal.WriteIntPtr(result, gradient?.Handle ?? 0);
        return new HandleArray(result, 1);
    }

    // Called by libtorch when no graph has the node any more.
    private void Deleted()
    {
        Release();
        THSAutograd_CSharpNode_disposeWeakPtr(pointers);
        Return();
    }

    // Called by libtorch for the one output, when it has read what it was given there.
    private static nint Allocate(nint length) => Slot(ref s_result);

    private static nint Slot(ref nint address) => address == 0 ? address = Marshal.AllocHGlobal(IntPtr.Size) : address;

    // Written by libtorch.
    private readonly struct NodePointers
    {
        private nint Shared { get; }

        private nint Weak { get; }

        public bool IsMissing => Shared == 0;
    }

    private readonly struct HandleArray
    {
        private readonly nint first;
        private readonly long count;

        public HandleArray(nint first, long count)
        {
            this.first = first;
            this.count = count;
        }
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate HandleArray BackwardCall(nint tensors, int count);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void DeletedCall();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint AllocateArray(nint length);

    [DllImport("LibTorchSharp")]
    private static extern NodePointers THSAutograd_CSharpNode_ctor(nint backward, nint deleted);

    [DllImport("LibTorchSharp")]
    private static extern void THSAutograd_CSharpNode_setNextEdges(
        NodePointers node, HandleArray inputs, [MarshalAs(UnmanagedType.U1)] bool isExecutable);

    [DllImport("LibTorchSharp")]
    private static extern void THSAutograd_Function_wrapOutputs(
        HandleArray inputs, HandleArray nonDifferentiable, HandleArray dirty, HandleArray outputs, NodePointers node, nint allocate);

    [DllImport("LibTorchSharp")]
    private static extern void THSAutograd_CSharpNode_disposeSharedPtr(NodePointers node);

    [DllImport("LibTorchSharp")]
    private static extern void THSAutograd_CSharpNode_disposeWeakPtr(NodePointers node);

    [DllImport("LibTorchSharp")]
    private static extern nint THSAutograd_SavedVariable_ctor(
        nint tensor, NodePointers node, [MarshalAs(UnmanagedType.U1)] bool isInPlaceOnView);

    [DllImport("LibTorchSharp")]
    private static extern void THSAutograd_SavedVariable_dispose(nint saved);

    [DllImport("LibTorchSharp")]
    private static extern nint THSAutograd_SavedVariable_unpack(nint saved, NodePointers savedFor);
}
