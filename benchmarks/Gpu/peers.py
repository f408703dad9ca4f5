#!/usr/bin/env python3
"""Times what PyTorch takes for the losses of this benchmark, on the same inputs.

Three approaches, each value and gradient at the logits:

  eager        the port that a user writes: softmax, one-hot, sums, torch's own cross-entropy beside them
  compiled     the same function under torch.compile
  fused-torch  torch's own cross_entropy or binary_cross_entropy_with_logits, where the loss is just that

Writes JSON that the executable joins into its table (--peers). On a GPU times are of CUDA's events, else of a clock. Inputs follow from their places
alone: --sums prints checksums that the executable's --sums prints, too. Needs PyTorch 2; --sums alone runs with NumPy.
"""
import argparse
import json
import math
import statistics
import sys
import time

SIZES = ["2x4x512x512", "8x4x256x256", "2x19x512x1024", "1x2x128x128x128", "1x2x32x32", "4x1x512x512", "64x1000", "2x150x128x128", "2x19x1024x2048", "1x4x256x256x256", "1024x128", "8192x256"]
REGION_EDGE = 24
SHRUNK = 4  # Resize+Dice has logits so many times smaller than the target along each axis
SMOOTH = 1e-5


# ---- Inputs: by operators that NumPy's arrays and torch's tensors have in common, on whole numbers of 64 bits ----

def mix(x):
    """Spreads the bits of numbers below 2^32: what 64 bits cannot hold of a product is above the lower half."""
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
    x = ((x ^ (x >> 15)) * 0x846CA68B) & 0xFFFFFFFF
    return x ^ (x >> 16)


def extents_of(size):
    extents = [int(part) for part in size.split("x")]
    if len(extents) < 2 or min(extents) < 1:
        sys.exit(f"'{size}' is no size; write batch x classes x extents, as in 2x4x512x512.")
    return extents


def labels_of(extents, counted):
    """(N * S): the class of the region that a pixel lies in. counted(n) is 0 .. n - 1."""
    batch, classes, spatial = extents[0], extents[1], extents[2:]
    pixel = counted(batch * math.prod(spatial))
    number, step = 0 * pixel, 1
    for extent in reversed(spatial):
        number = number + (pixel % extent) // REGION_EDGE * step
        step *= -(-extent // REGION_EDGE)
        pixel = pixel // extent
    return mix(number + pixel * step) % max(2, classes)


def resizes(extents):
    """A target that 4 divides, for logits a quarter of its size along each axis."""
    return len(extents) == 4 and extents[1] > 1 and extents[2] % SHRUNK == 0 and extents[3] % SHRUNK == 0


def seen(extents, labels):
    """The labels that lie where the pixels of coarser logits do."""
    return labels.reshape([extents[0]] + extents[2:])[:, ::SHRUNK, ::SHRUNK].reshape(-1)


def shrunk(extents):
    return extents[:2] + [extent // SHRUNK for extent in extents[2:]]


def has_pairs(extents):
    """More rows than numbers in each: embeddings, not the logits of a classifier."""
    return len(extents) == 2 and extents[0] > extents[1]


def logits_of(extents, labels, counted, to_float, classes_first):
    """(N * C * S), of float."""
    batch, classes = extents[0], extents[1]
    noise = to_float(mix(counted(batch * classes * math.prod(extents[2:])) ^ 0x5BD1E995) >> 8) * (6 / (1 << 24)) - 3
    return noise + 2 * to_float(classes_first(labels))


def print_sums(sizes):
    import numpy
    for size in sizes:
        extents = extents_of(size)

        def counted(n):
            return numpy.arange(n, dtype=numpy.int64)

        def to_float(x):
            return x.astype(numpy.float32)

        def line(name, own, all_labels, labels):
            batch, classes = own[0], own[1]

            def one_hot(of_pixels):
                of = 1 if classes == 1 else numpy.arange(classes).reshape(1, classes, 1)
                return (of_pixels.reshape(batch, 1, -1) == of).reshape(-1)

            logits = logits_of(own, labels, counted, to_float, one_hot)
            assert logits.dtype == numpy.float32
            weights, of_labels = 1 + counted(logits.size) % 7, 1 + counted(all_labels.size) % 7
            print(f"{name} {float((logits.astype(numpy.float64) * weights).sum()):.3f} {int((all_labels * of_labels).sum())}")

        labels = labels_of(extents, counted)
        line(size, extents, labels, labels)
        if resizes(extents):
            small = shrunk(extents)
            line(f"{size} from {'x'.join(map(str, small))}", small, labels, seen(extents, labels))


def inputs(size, device):
    """Logits and target, and the coarser logits of the same target or None."""
    import torch
    extents = extents_of(size)
    batch, classes = extents[0], extents[1]

    def counted(n):
        return torch.arange(n, dtype=torch.int64, device=device)

    def one_hot(labels):
        of = 1 if classes == 1 else torch.arange(classes, device=device).reshape(1, classes, 1)
        return (labels.reshape(batch, 1, -1) == of).reshape(-1)

    def logits_at(own, labels):
        return logits_of(own, labels, counted, lambda x: x.to(torch.float32), one_hot).reshape(own)

    labels = labels_of(extents, counted)
    target = labels.reshape([batch] + extents[2:])
    coarse = logits_at(shrunk(extents), seen(extents, labels)) if resizes(extents) else None
    return logits_at(extents, labels), target.to(torch.float32).reshape(extents) if classes == 1 else target, coarse


# ---- The losses as a user writes them ----

# Losses of embeddings, and of logits that are resized to the target.
PAIRS, RESIZED = ("SupCon", "NT-Xent", "Circle", "BarlowTwins", "VICReg"), ("Resize+Dice",)


def fits(name, is_sigmoid, extents):
    if name in PAIRS or has_pairs(extents):
        return name in PAIRS and has_pairs(extents)
    if name in RESIZED:
        return resizes(extents)
    return is_sigmoid == (extents[1] == 1) and (len(extents) > 2 or name == "CE")


def ports():
    """Each loss: whether it is a sigmoid's, the port, and torch's own function or None."""
    import torch
    from torch.nn import functional

    def one_hot(logits, target):
        return functional.one_hot(target, logits.shape[1]).movedim(-1, 1).to(logits.dtype)

    def sums(probability, target):
        axes = [0] + list(range(2, probability.dim()))
        return (probability * target).sum(axes), probability.sum(axes), target.sum(axes)

    def dice_of(tp, p, y):
        return 1 - ((2 * tp + SMOOTH) / (p + y + SMOOTH)).mean()

    def dice(logits, target):
        return dice_of(*sums(logits.softmax(1), one_hot(logits, target)))

    def tversky_of(tp, p, y):
        return 1 - ((tp + SMOOTH) / (tp + 0.3 * (p - tp) + 0.7 * (y - tp) + SMOOTH)).mean()

    def tversky(logits, target):
        return tversky_of(*sums(logits.softmax(1), one_hot(logits, target)))

    def f_beta(logits, target):
        tp, p, y = sums(logits.softmax(1), one_hot(logits, target))
        return 1 - ((5 * tp + SMOOTH) / (5 * tp + 4 * (y - tp) + (p - tp) + SMOOTH)).mean()

    def focal(logits, target):
        entropy = functional.cross_entropy(logits, target, reduction="none")
        return ((1 - (-entropy).exp()) ** 2 * entropy).mean()

    def cross_entropy(logits, target):
        return -(one_hot(logits, target) * logits.log_softmax(1)).sum(1).mean()

    def binary(logits, target):
        return functional.binary_cross_entropy_with_logits(logits, target.to(logits.dtype))

    def binary_port(logits, target):
        p = logits.sigmoid()
        return -(target * p.log() + (1 - target) * (1 - p).log()).mean()

    def composite(logits, target):
        probability, hot = logits.softmax(1), one_hot(logits, target)
        tp, p, y = sums(probability, hot)
        brier = ((probability - hot) ** 2).sum(1).mean()
        volume = ((p - y) / (p + y + 1)).cosh().log().mean()
        return tversky_of(tp, p, y) + 0.5 * focal(logits, target) + 0.1 * brier + 0.5 * volume

    def jaccard_gradient(foreground):
        total = foreground.sum()
        intersection, union = total - foreground.cumsum(0), total + (1 - foreground).cumsum(0)
        jaccard = 1 - intersection / union
        return torch.cat([jaccard[:1], jaccard[1:] - jaccard[:-1]]).detach()

    def lovasz(logits, target):
        classes = logits.shape[1]
        probability, labels = logits.softmax(1).movedim(1, 0).reshape(classes, -1), target.reshape(-1)
        losses = []
        for c in range(classes):
            foreground = (labels == c).to(logits.dtype)
            if foreground.count_nonzero() == 0:
                continue
            errors, order = (foreground - probability[c]).abs().sort(descending=True)
            losses.append(torch.dot(errors, jaccard_gradient(foreground[order])))
        return torch.stack(losses).mean()

    def lovasz_hinge(logits, target):
        labels = target.reshape(-1).to(logits.dtype)
        errors, order = (1 - logits.reshape(-1) * (2 * labels - 1)).sort(descending=True)
        return torch.dot(errors.relu(), jaccard_gradient(labels[order]))

    def top_k(logits, target):
        losses = functional.cross_entropy(logits, target, reduction="none").reshape(-1)
        return losses.topk(losses.numel() // 10, sorted=False).values.mean()

    def ohem(logits, target):
        losses = functional.cross_entropy(logits, target, reduction="none").reshape(-1)
        probability = logits.softmax(1).gather(1, target.unsqueeze(1)).reshape(-1)
        ordered, order = probability.sort()
        bound = max(0.7, ordered[losses.numel() // 16 - 1].item())
        return losses[order][ordered < bound].mean()

    def resized_dice(logits, target):
        return dice(functional.interpolate(logits, size=target.shape[1:], mode="bilinear", align_corners=True), target)

    def log_probability(embeddings, labels, temperature=0.1):
        features = functional.normalize(embeddings, dim=1)
        similarity = features @ features.t() / temperature
        logits = similarity - similarity.max(1, keepdim=True).values.detach()
        others = 1 - torch.eye(labels.shape[0], dtype=logits.dtype, device=logits.device)
        mask = (labels.unsqueeze(1) == labels.unsqueeze(0)).to(logits.dtype) * others
        return logits - (logits.exp() * others).sum(1, keepdim=True).log(), mask

    def sup_con(embeddings, labels):
        logs, mask = log_probability(embeddings, labels)
        positives = mask.sum(1)
        mean = (mask * logs).sum(1) / torch.where(positives < 1e-6, torch.ones_like(positives), positives)
        return -mean.sum() / (positives > 0).sum()

    def nt_xent(embeddings, labels):
        logs, mask = log_probability(embeddings, labels)
        return -(mask * logs).sum() / mask.sum()

    def circle(embeddings, labels, margin=0.25, scale=32):
        features = functional.normalize(embeddings, dim=1)
        similarity = features @ features.t()
        same = labels.unsqueeze(1) == labels.unsqueeze(0)
        positive, negative = same & ~torch.eye(labels.shape[0], dtype=torch.bool, device=labels.device), ~same
        of_positive = -scale * functional.relu(1 + margin - similarity.detach()) * (similarity - (1 - margin))
        of_negative = scale * functional.relu(similarity.detach() + margin) * (similarity - margin)
        p = of_positive.masked_fill(~positive, -1e30).logsumexp(1)
        n = of_negative.masked_fill(~negative, -1e30).logsumexp(1)
        both = (positive.any(1) & negative.any(1)).to(similarity.dtype)
        return (functional.softplus(p + n) * both).sum() / both.sum()

    def off_diagonal(square):
        n = square.shape[0]
        return square.flatten()[:-1].view(n - 1, n + 1)[:, 1:].flatten()

    def barlow_twins(rows, _):
        first, second = (functional.batch_norm(view, None, None, training=True) for view in rows.chunk(2))
        correlation = first.t() @ second / first.shape[0]
        return (correlation.diagonal() - 1).pow(2).sum() + 0.0051 * off_diagonal(correlation).pow(2).sum()

    def vicreg(rows, _):
        first, second = (view - view.mean(0) for view in rows.chunk(2))
        variance = sum(functional.relu(1 - (view.var(0) + 1e-4).sqrt()).mean() / 2 for view in (first, second))
        covariance = sum(off_diagonal(view.t() @ view / (view.shape[0] - 1)).pow(2).sum() / view.shape[1] for view in (first, second))
        return 25 * variance + covariance

    return {
        "Dice+CE": (False, lambda x, y: dice(x, y) + functional.cross_entropy(x, y), None),
        "Dice+Focal": (False, lambda x, y: dice(x, y) + focal(x, y), None),
        "CE": (False, cross_entropy, functional.cross_entropy),
        "F-beta": (False, f_beta, None),
        "Tversky": (False, tversky, None),
        "BCE+Dice": (True, lambda x, y: dice_of(*sums(x.sigmoid(), y.to(x.dtype))) + binary(x, y), None),
        "BCE": (True, binary_port, binary),
        "Tversky+Focal+formula": (False, composite, None),
        "Lovasz": (False, lovasz, None),
        "LovaszHinge": (True, lovasz_hinge, None),
        "TopK": (False, top_k, None),
        "OHEM": (False, ohem, None),
        "Resize+Dice": (False, resized_dice, None),
        "SupCon": (False, sup_con, None),
        "NT-Xent": (False, nt_xent, None),
        "Circle": (False, circle, None),
        "BarlowTwins": (False, barlow_twins, None),
        "VICReg": (False, vicreg, None),
    }


# ---- Time ----

def measure(loss, logits, target, seconds):
    """The value, the median of milliseconds, and the most memory held besides the inputs (GPU)."""
    import torch
    on_gpu = logits.is_cuda

    def call():
        value = loss(logits, target)
        torch.autograd.grad(value, logits)
        return value

    for _ in range(3):
        value = call()
    if on_gpu:
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
    times, begin = [], time.monotonic()
    while len(times) < 5 or (len(times) < 1000 and time.monotonic() - begin < seconds):
        if on_gpu:
            first, last = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            first.record()
            call()
            last.record()
            last.synchronize()
            times.append(first.elapsed_time(last))
        else:
            start = time.perf_counter()
            call()
            times.append(1e3 * (time.perf_counter() - start))
    beside = torch.cuda.max_memory_allocated() - before if on_gpu else None
    return float(value.detach()), statistics.median(times), beside


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loss", help="some of the losses, with commas between")
    parser.add_argument("--size", default=",".join(SIZES))
    parser.add_argument("--type", default="float,bfloat16", help="of float, bfloat16, half, double")
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--device", help="cuda where there is one, else cpu")
    parser.add_argument("--no-compile", action="store_true", help="without torch.compile")
    parser.add_argument("--json", help="where to write the results")
    parser.add_argument("--sums", action="store_true", help="only checksums of the inputs")
    options = parser.parse_args()
    sizes = options.size.split(",")
    if options.sums:
        print_sums(sizes)
        return

    import torch
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    types = {"float": torch.float32, "bfloat16": torch.bfloat16, "half": torch.float16, "double": torch.float64}
    losses, results = ports(), []
    chosen = options.loss.split(",") if options.loss else list(losses)
    for name in chosen:
        if name not in losses:
            sys.exit(f"There is no loss {name}; there are {', '.join(losses)}.")
    for size in sizes:
        extents = extents_of(size)
        exact, target, coarse = inputs(size, device)
        for kind in options.type.split(","):
            whole = exact.to(types[kind]).requires_grad_()
            small = coarse.to(types[kind]).requires_grad_() if coarse is not None else None
            for name in chosen:
                is_sigmoid, port, own = losses[name]
                if not fits(name, is_sigmoid, extents):
                    continue
                logits = small if name in RESIZED else whole
                approaches = {"eager": lambda: port, "compiled": lambda: torch.compile(port, dynamic=False), "fused-torch": lambda: own}
                for approach, make in approaches.items():
                    if (approach == "compiled" and options.no_compile) or (approach == "fused-torch" and own is None):
                        continue
                    result = {"loss": name, "size": size, "type": kind, "approach": approach}
                    try:
                        value, ms, beside = measure(make(), logits, target, options.seconds)
                        result |= {"ms": ms, "value": value if math.isfinite(value) else None, "besideBytes": beside}
                        print(f"{name} {size} {kind} {approach}: {ms:.4g} ms", file=sys.stderr)
                    except Exception as error:  # what does not fit into memory or does not compile is a result as well
                        result |= {"ms": None, "value": None, "besideBytes": None, "failure": f"{type(error).__name__}: {error}"[:500]}
                        print(f"{name} {size} {kind} {approach}: {type(error).__name__}", file=sys.stderr)
                    results.append(result)
                torch._dynamo.reset()
                if device.startswith("cuda"):
                    torch.cuda.empty_cache()
    named = torch.cuda.get_device_name() if device.startswith("cuda") else "CPU"
    text = json.dumps({"device": f"{named}, torch {torch.__version__}", "results": results}, indent=2)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        print(text)


if __name__ == "__main__":
    main()
