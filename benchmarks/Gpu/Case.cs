using LossGen.Benchmarks.Losses;
using LossGen.Kernels;

namespace LossGen.Benchmarks.Gpu;

/// <summary>A loss, a size, and a type of logits.</summary>
/// <param name="Name">What docs/performance.md calls the loss.</param>
/// <param name="Loss">The declared loss.</param>
/// <param name="Size">The extents.</param>
/// <param name="Element">The type of logits and gradient.</param>
internal sealed record Case(string Name, ILoss Loss, InputSize Size, LogitElement Element)
{
    // Logits that a loss resizes are so many times smaller than the target along each axis.
    private const int Shrunk = 4;

    /// <summary>Those of docs/performance.md, and three that no cache holds.</summary>
    public static readonly IReadOnlyList<string> Sizes =
    [
        "2x4x512x512", "8x4x256x256", "2x19x512x1024", "1x2x128x128x128", "1x2x32x32", "4x1x512x512", "64x1000", "2x150x128x128",
            "2x19x1024x2048", "1x4x256x256x256", "1024x128", "8192x256",
    ];

    // Losses of neighbouring pixels are not among them yet.
    private static readonly (string Name, Func<ILoss> Create)[] Losses =
    [
        ("Dice+CE", static () => new DiceCrossEntropy()), ("Dice+Focal", static () => new DiceFocal()),
            ("CE", static () => new PlainCrossEntropy()),
        ("F-beta", static () => new FBetaLoss()), ("Tversky", static () => new TverskyLoss()), ("BCE+Dice", static () => new BinaryDice()),
            ("BCE", static () => new PlainBinary()),
        ("Tversky+Focal+formula", static () => new Composite()), ("Lovasz", static () => new LovaszLoss()),
            ("LovaszHinge", static () => new LovaszHingeLoss()),
        ("TopK", static () => new TopKLoss()), ("OHEM", static () => new OhemLoss()),
        ("Resize+Dice", static () => new ResizedDice()),
        ("SupCon", static () => new SupervisedContrast()), ("NT-Xent", static () => new PositivePairs()),
            ("Circle", static () => new CirclePairs()),
        ("BarlowTwins", static () => new TwinColumns()), ("VICReg", static () => new SpreadColumns()),
    ];

    public static IEnumerable<string> Names => Losses.Select(loss => loss.Name);

    /// <summary>A dense target of one class; otherwise class indices.</summary>
    public bool IsDense => Size.IsSigmoid;

    /// <summary>What the loss compares; <see cref="Pairs.None"/> of a loss of logits.</summary>
    public Pairs Pairs => Loss.Definition.Pairs;

    /// <summary>The rows are the embeddings of one view, then those of the other, and have no labels.</summary>
    public bool HasViews => Pairs is Pairs.Correlation or Pairs.Covariance;

    /// <summary>The extents as the loss is called with them.</summary>
    public LossShape Shape => Pairs == Pairs.None ? Size.Shape : Size.Rows;

    /// <summary>How the type is written on the command line and in files.</summary>
    public string Type => NameOf(Element);

    public int ElementBytes => Element switch { LogitElement.Double => 8, LogitElement.Single => 4, _ => 2 };

    /// <summary>Those that the command line asks for: sizes one after the other, so that their inputs are made once.</summary>
    public static IEnumerable<Case> Chosen(Options options)
    {
        string[] unknown = [.. options.Losses.Except(Names)];
        if (unknown.Length > 0)
            throw new ArgumentException($"There is no loss {string.Join(", ", unknown)}; there are {string.Join(", ", Names)}.");
        Case[] cases =
        [
            .. from text in options.Sizes
               let size = InputSize.Parse(text)
               from type in options.Types
               from loss in Losses
               where options.Losses.Count == 0 || options.Losses.Contains(loss.Name)
               let declared = loss.Create()
               where Fits(loss.Name, declared, size)
               select new Case(loss.Name, declared, Shrink(declared, size), ElementOf(type)),
        ];
        return cases.Length > 0 ? cases : throw new ArgumentException("None of these losses takes any of these sizes: one class is for BCE, BCE+Dice and LovaszHinge, two numbers of which the first is larger for losses of pairs, an image of two axes that 4 divides for Resize+Dice, more classes are for the others.");
    }

    public override string ToString() => $"{Name} {Size.Text} {Type}";

    /// <summary>The size with logits as small as the kernels of a resized loss get them; null where 4 does not divide the axes.</summary>
    public static InputSize? Resized(InputSize size) =>
        size.Extents.Length == 4 && !size.IsSigmoid && size.Extents[2] % Shrunk == 0 && size.Extents[3] % Shrunk == 0
            ? size with { Shrink = Shrunk } : null;

    private static InputSize Shrink(ILoss loss, InputSize size) =>
        loss.Definition.Resize == LossGen.Resize.None ? size : Resized(size)!;

    private static bool Fits(string name, ILoss loss, InputSize size) => loss.Definition.Pairs != Pairs.None ? size.IsEmbeddings
        : !size.IsEmbeddings && size.IsSigmoid == (loss.Definition.Activation != Activation.Softmax)
        && (size.Extents.Length > 2 || name == "CE") && (loss.Definition.Resize == LossGen.Resize.None || Resized(size) is not null);

    private static string NameOf(LogitElement element) => element switch
    {
        LogitElement.Single => "float",
        LogitElement.Double => "double",
        LogitElement.Half => "half",
        _ => "bfloat16",
    };

    private static LogitElement ElementOf(string type) =>
        Enum.GetValues<LogitElement>().Where(element => NameOf(element) == type).Select(element => (LogitElement?)element).FirstOrDefault()
            ?? throw new ArgumentException($"There is no type {type}; write float, bfloat16, half or double.");
}
