namespace LossGen.Gpu;

/// <summary>
/// Page-locked memory through which numbers go to the device: the queue reads it when it comes to the copy, and the caller's memory is
/// free at once. A piece is used again when the event behind its copy has happened. The context has to be current in every call.
/// </summary>
internal sealed unsafe class CudaStaging(CudaLibrary cuda)
{
    private const nuint Piece = 1 << 16;
    private readonly List<(nint Memory, nuint Bytes, nint Done)> underway = [];
    private readonly Stack<(nint Memory, nint Done)> free = [];

    /// <summary>Copies to the device in the order of the stream.</summary>
    /// <returns>Whether there was memory to do so; if not, nothing was done. The error is the driver's answer to the copy.</returns>
    public bool TryWrite(nint target, void* source, nuint bytes, nint stream, out int error)
    {
        error = 0;
        Collect();
        nint memory = 0, done = 0;
        if (bytes <= Piece && free.TryPop(out var piece))
            (memory, done) = piece;
        else if (cuda.EventCreate(&done, CudaLibrary.DisableTiming) != 0)
            return false;
        else if (cuda.AllocateHost(&memory, nuint.Max(bytes, Piece)) != 0)
        {
            cuda.EventDestroy(done);
            return false;
        }

        Buffer.MemoryCopy(source, (void*)memory, bytes, bytes);
        error = cuda.CopyToDevice(target, (void*)memory, bytes, stream);
        if (error != 0)
        {
            Release(memory, done);
            return true;
        }

        // Without its event nobody knows when the copy has been made: wait for it.
        if (cuda.EventRecord(done, stream) != 0)
        {
            error = cuda.StreamSynchronize(stream);
            Release(memory, done);
        }
        else
            underway.Add((memory, bytes, done));
        return true;
    }

    /// <summary>Gives everything back. What is underway is waited for.</summary>
    public void Clear()
    {
        foreach (var (memory, _, done) in underway)
        {
            cuda.EventSynchronize(done);
            Release(memory, done);
        }

        while (free.TryPop(out var piece))
            Release(piece.Memory, piece.Done);
        underway.Clear();
    }

    private void Collect()
    {
        for (int k = underway.Count - 1; k >= 0; k--)
        {
            var (memory, bytes, done) = underway[k];
            if (cuda.EventQuery(done) != 0)
                continue;
            underway.RemoveAt(k);
            if (bytes <= Piece)
                free.Push((memory, done));
            else
                Release(memory, done);
        }
    }

    private void Release(nint memory, nint done)
    {
        cuda.FreeHost(memory);
        cuda.EventDestroy(done);
    }
}
