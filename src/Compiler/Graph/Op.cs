namespace LossGen.Compiler.Graph;

/// <summary>The primitive operations of the graph. <see cref="Operations"/> has a row for each.</summary>
internal enum Op
{
    // Leaves.
    Constant,
    Parameter,
    Logit,
    Target,
    Input,
    OneHot,
    Valid,
    Labelled,
    ClassIndex,
    ClassSet,
    PerClass,
    Extent,
    Upstream,

    // Element by element.
    Add,
    Multiply,
    Divide,
    ReciprocalAtLeastOne,
    Power,
    Minimum,
    Maximum,
    Clamp,
    Exp,
    ExpNonPositive,
    Log,
    LogAtLeastOne,
    Log1p,
    Log1pOfUnit,
    Expm1,
    Sqrt,
    Abs,
    Sign,
    Tanh,
    Atan,
    Erf,
    Lgamma,
    Digamma,
    Trigamma,
    Sinh,
    Cosh,
    LogCosh,
    Sigmoid,
    Softplus,
    Detach,
    Spread,

    // Conditions and selection.
    Less,
    LessOrEqual,
    Equal,
    And,
    Or,
    Not,
    Where,
    Mask,

    // Over the classes of a pixel.
    Softmax,
    SoftmaxComplement,
    LogSumExp,

    // Over the pixels, in the order of their keys.
    RunningSum,

    // Over the neighbours of a pixel, along one axis of the image.
    Correlate,
    Pool,
    PoolSlope,

    // Over all pixels of an image.
    Distance,

    // What a pass computed, for later ones.
    Kept,

    // A number of another pixel, read where the image lies.
    Neighbour,

    // Reductions.
    Sum,
    ClassMaximum,
    PixelMaximum,
}
