open System
open LossGen
open Losses
open TorchSharp

/// Grey images (N, 1, 32, 32) of a disc with noise, and the class of each pixel: 1 on the disc, 0 beside it.
let discs (count: int64) =
    let place = torch.arange (32.0, dtype = torch.float32)
    let middle () = torch.rand ([| count; 1L; 1L |]) * 16.0 + 8.0
    let radius = torch.rand ([| count; 1L; 1L |]) * 4.0 + 4.0
    let across = place.view (1L, 1L, 32L) - middle ()
    let down = place.view (1L, 32L, 1L) - middle ()
    let labels = (across.square () + down.square ()).lt(radius.square ()).``to`` (torch.int64)
    let images = labels.unsqueeze(1L).``to`` (torch.float32) + torch.randn (count, 1L, 32L, 32L) * 0.5
    images, labels

[<EntryPoint>]
let main _ =
    use loss = new DiceCrossEntropy(CrossEntropyWeight = 0.25)
    torch.manual_seed 1L |> ignore
    let images, labels = discs 32L

    use network =
        torch.nn.Sequential(
            torch.nn.Conv2d (1L, 16L, 3L, padding = 1L),
            torch.nn.ReLU (),
            torch.nn.Conv2d (16L, 16L, 3L, padding = 1L),
            torch.nn.ReLU (),
            torch.nn.Conv2d (16L, 2L, 1L)
        )

    use optimizer = torch.optim.Adam (network.parameters (), 0.01)

    let step _ =
        use _ = torch.NewDisposeScope ()
        optimizer.zero_grad ()
        let value = loss.forward (network.call images, labels)
        value.backward ()
        optimizer.step () |> ignore
        value.item<float32> ()

    let values = [ for i in 1..40 -> step i ]
    printfn "loss of the first step %.3f, of the last %.3f" (List.head values) (List.last values)

    // The same loss on arrays: types are named, for F# does not infer them where spans are asked for.
    let shape = LossShape (batch = 1, classes = 2, pixels = 3)
    let value = loss.Evaluate<float32, byte> ([| 2f; -1f; 0.5f; -2f; 1f; 0f |].AsSpan (), [| 0uy; 1uy; 1uy |].AsSpan (), shape)
    printfn "of three pixels %.6f" value
    if List.last values < 0.5f * List.head values then 0 else 1
