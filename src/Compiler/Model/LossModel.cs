namespace LossGen.Compiler.Model;

// The names and numbers of these enumerations are those of the public ones in src/Runtime/Declarations/Options.cs.
internal enum Activation
{
    None,
    Sigmoid,
    Softmax,
    Exp,
}

internal enum Reduction
{
    Mean,
    Sum,
    None,
}

internal enum TargetKind
{
    Any,
    Index,
    Dense,
}

internal enum ClassAxis
{
    Second,
    Last,
}

/// <summary>What an operation on neighbouring pixels reads beyond the edge of the image.</summary>
internal enum Border
{
    Zero,
    Replicate,
    Reflect,
}

internal enum Resize
{
    None,
    Bilinear,
    LinearAligned,
    LinearUnaligned,
}

internal enum Pairs
{
    None,
    Cosine,
    Dot,
    Correlation,
    Covariance,
}

/// <summary>Everything that is known of a declared loss: plain data, no Roslyn symbol, syntax or location.</summary>
/// <param name="Namespace">The namespace, or empty.</param>
/// <param name="Containers">The declarations of the containing types from the outside in, as text: <c>partial class Outer</c>.</param>
/// <param name="Name">The name of the class, as C# writes it: a keyword has its at sign.</param>
/// <param name="Modifiers">Accessibility and modifiers as the partial declaration needs them: <c>public sealed</c>.</param>
/// <param name="HintName">A file name unique in the compilation, without extension.</param>
/// <param name="Options">The options of the loss attribute.</param>
/// <param name="Terms">The terms, in the order of declaration; a formula in place comes last.</param>
/// <param name="Parameters">Run-time parameters, in the order of first use. A term's argument refers to one by index.</param>
/// <param name="ClassParameters">
/// Run-time parameters with one number a class, likewise. A matrix is as many of them as it has columns, one after the other.
/// </param>
/// <param name="Inputs">
/// Further inputs of the call, in the order of first use; terms that name the same input share it. A term's argument refers to one by
/// index.
/// </param>
/// <param name="HasConstructor">The person declared an instance constructor.</param>
/// <param name="HasTorchSharp">The compilation references TorchSharp, so its backend is emitted.</param>
/// <param name="IsBroken">The declaration has errors: only a stub is emitted, so that no other error covers ours.</param>
internal sealed record LossModel(
    string Namespace,
    EquatableArray<string> Containers,
    string Name,
    string Modifiers,
    string HintName,
    LossOptions Options,
    EquatableArray<TermModel> Terms,
    EquatableArray<ParameterModel> Parameters,
    EquatableArray<ClassParameterModel> ClassParameters,
    EquatableArray<InputModel> Inputs,
    bool HasConstructor,
    bool HasTorchSharp,
    bool IsBroken)
{
    /// <summary>Names that the person gave and private generated members have to leave: of members, and of the class.</summary>
    public EquatableArray<string> TakenNames { get; init; } = [];

    /// <summary>Kernels for GPUs are emitted.</summary>
    public bool HasGpu { get; init; }

    /// <summary>What the generated files have to name before they can reach a term's assembly: <c>extern alias</c>.</summary>
    public EquatableArray<string> Aliases { get; init; } = [];
}

/// <summary>A run-time parameter.</summary>
/// <param name="Name">The name of the property, as C# writes it.</param>
/// <param name="Range">The numbers that it may be, where that is stated.</param>
internal sealed record ParameterModel(string Name, OptionRange? Range);

/// <summary>A run-time parameter with one number a class.</summary>
/// <param name="Property">The name of the property, as C# writes it.</param>
/// <param name="Column">The column, for a property with one number for each pair of classes; otherwise -1.</param>
/// <param name="Range">The numbers that it may hold, where that is stated.</param>
internal sealed record ClassParameterModel(string Property, int Column, OptionRange? Range)
{
    /// <summary>The number of class c, in comments.</summary>
    public override string ToString() => Column < 0 ? Property + "[c]" : $"{Property}[c, {Column}]";
}

/// <summary>An input beside logits and target.</summary>
/// <param name="Name">The name of the formula's parameter.</param>
/// <param name="IsElement">One number a class and pixel, (N, C, S); otherwise one a pixel, (N, S).</param>
internal sealed record InputModel(string Name, bool IsElement);

/// <summary>The options of the loss attribute.</summary>
internal sealed record LossOptions(
    Activation Activation,
    int Classes,
    int? IgnoreIndex,
    bool PerImage,
    bool CountIgnored,
    Reduction Reduction,
    TargetKind Target,
    ClassAxis TargetClassAxis,
    bool DropLastTargetChannel,
    Resize Resize)
{
    /// <summary>The attribute says what the activation is, be it none.</summary>
    public bool StatesActivation { get; init; }

    /// <summary>Labels that are ignored besides <see cref="IgnoreIndex"/>, as which they are read.</summary>
    public EquatableArray<int> OtherIgnoreIndices { get; init; } = [];

    /// <summary>The axes of an image: 1 for signals, 2 for images, 3 for volumes.</summary>
    public int Dimensions { get; init; } = 2;

    /// <summary>What the loss compares, if it compares pairs. Behind Parse the other options are those of their matrix.</summary>
    public Pairs Pairs { get; init; }

    /// <summary>The label of rows that take no part in any pair.</summary>
    public int? IgnoredRowLabel { get; init; }

    /// <summary>
    /// The options of the matrix of pairs: its target is dense, 1 where two belong together and 0 where they do not, and -1 where they are
    /// no pair, which a row is not with itself.
    /// </summary>
    public LossOptions OfMatrix() => Pairs == Pairs.None ? this : this with
    {
        Target = TargetKind.Dense,
        IgnoreIndex = ComparesColumns ? null : -1,
        IgnoredRowLabel = IgnoreIndex,
        OtherIgnoreIndices = [],
    };

    /// <summary>Columns are compared, not rows.</summary>
    public bool ComparesColumns => Pairs is Pairs.Correlation or Pairs.Covariance;
}

/// <summary>One weighted summand.</summary>
/// <param name="Name">What to call it in comments: <c>Dice</c>, or <c>Formula</c>.</param>
/// <param name="Formula">The formula text (docs/formula-text.md).</param>
/// <param name="Weight">Its factor.</param>
/// <param name="IncludeBackground">False leaves class 0 out.</param>
/// <param name="OnlyClasses">The term's classes; empty means all.</param>
/// <param name="Arguments">The values of the formula's parameters, all of them and in their order.</param>
/// <param name="FormulaMethod">The method, as C# can call it: <c>global::LossGen.DiceAttribute.Formula</c>, or <c>Formula</c>.</param>
/// <param name="Activation">The term's own activation where the attribute states one; null takes the loss's.</param>
internal sealed record TermModel(
    string Name,
    string Formula,
    double Weight,
    bool IncludeBackground,
    EquatableArray<int> OnlyClasses,
    EquatableArray<ArgumentModel> Arguments,
    string FormulaMethod,
    Activation? Activation = null)
{
    /// <summary>The term says that its prediction is a probability.</summary>
    public bool TakesProbability { get; init; }

    /// <summary>
    /// The run-time parameter that is the factor in place of <see cref="Weight"/>, an index into <see cref="LossModel.Parameters"/>; null
    /// where the factor is a constant.
    /// </summary>
    public int? WeightParameter { get; init; }

    /// <summary>
    /// The inputs, indices into <see cref="LossModel.Inputs"/>, whose product weighs the term's pixels or elements; empty for none.
    /// </summary>
    public EquatableArray<int> WeightMaps { get; init; } = [];

    /// <summary>The mean divides by the sum of these weights.</summary>
    public bool NormalizeWeightMaps { get; init; }

    /// <summary>The term says that its target is a probability.</summary>
    public bool TakesUnitTarget { get; init; }

    /// <summary>The term says that there are no channels but those that its formula asks for by their numbers.</summary>
    public bool TakesChannelsByNumber { get; init; }
}

internal enum ArgumentKind
{
    /// <summary>A number known at compile time; bool and enumerations are numbers.</summary>
    Constant,

    /// <summary>A run-time parameter.</summary>
    Property,

    /// <summary>A run-time parameter with one number a class, or the first column of one with a number for each pair.</summary>
    ClassProperty,

    /// <summary>
    /// One number a class, or one for each pair of classes, known at compile time; none means 1 for every class, or 1 for every two that
    /// differ.
    /// </summary>
    PerClass,

    /// <summary>The option of the loss (or of the term, for its activation) that has the parameter's name.</summary>
    Option,

    /// <summary>A map that the caller passes.</summary>
    Input,
}

/// <summary>The value bound to a parameter of a formula.</summary>
/// <param name="Parameter">The formula's parameter name.</param>
/// <param name="Number">For <see cref="ArgumentKind.Constant"/>.</param>
/// <param name="Index">
/// For <see cref="ArgumentKind.Property"/> an index into <see cref="LossModel.Parameters"/>, for <see cref="ArgumentKind.ClassProperty"/>
/// into <see cref="LossModel.ClassParameters"/>, for <see cref="ArgumentKind.Input"/> into <see cref="LossModel.Inputs"/>.
/// </param>
/// <param name="Numbers">For <see cref="ArgumentKind.PerClass"/>.</param>
/// <param name="CSharp">
/// The argument as a C# expression for the reference call, where <c>x</c> is the prediction and <c>c</c> the context: <c>2D</c>,
/// <c>true</c>, <c>(global::LossGen.EmptyClasses)1</c>, <c>this.Beta</c>, <c>x.PerClass(null)</c>, <c>c.Reduction</c>,
/// <c>c.PixelMap(0)</c>.
/// </param>
internal sealed record ArgumentModel(
    string Parameter, ArgumentKind Kind, double Number, int Index, EquatableArray<double> Numbers, string CSharp);
