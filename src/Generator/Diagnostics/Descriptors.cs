using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Diagnostics;

/// <summary>
/// Every message of the generator, one row each. An id is never used again for something else; each has a page
/// docs/diagnostics/{id}.md and a line in AnalyzerReleases.Unshipped.md.
/// </summary>
internal static class Descriptors
{
    private const string Declaration = "LossGen.Declaration";
    private const string Formula = "LossGen.Formula";
    private const string Parameters = "LossGen.Parameters";
    private const string Options = "LossGen.Options";
    private const string Meaning = "LossGen.Meaning";
    private const string Numerics = "LossGen.Numerics";
    private const string Compiler = "LossGen.Compiler";
    private const string Pages = "docs/diagnostics/";

    // Declaration
    public static readonly DiagnosticDescriptor NotPartial = new(
        "LG0001", "The class is not partial",
        "'{0}' is not partial, so nothing can be generated into it{1}; write 'partial {2} {0}'",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0001.md");

    public static readonly DiagnosticDescriptor UnsupportedKind = new(
        "LG0002", "This kind of type cannot be completed",
        "'{0}' is {1}, which cannot be generated into; {2}",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0002.md");

    public static readonly DiagnosticDescriptor NoTerm = new(
        "LG0003", "The loss has no term",
        "Loss '{0}' has neither a term nor a formula; add the attribute of a term, or a method 'static Value Formula(Prediction x, Target y)'",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0003.md");

    public static readonly DiagnosticDescriptor WrongSignature = new(
        "LG0004", "The formula has the wrong signature",
        "The formula of '{0}' {1}; write 'static Value Formula(Prediction x, Target y, ...)'",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0004.md");

    public static readonly DiagnosticDescriptor OtherBaseClass = new(
        "LG0005", "The loss already has a base class",
        "Loss '{0}' derives from '{1}', but with TorchSharp referenced it has to derive from {2}; remove the base class",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0005.md");

    public static readonly DiagnosticDescriptor NoFormula = new(
        "LG0006", "The term has no formula",
        "Term '{0}' has no {1}; {2}",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0006.md");

    public static readonly DiagnosticDescriptor UnreadableFormula = new(
        "LG0007", "The compiled formula of a term cannot be read",
        "The compiled formula of term '{0}' cannot be read: {1}; use the same version of LossGen here as in assembly '{2}'",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0007.md");

    public static readonly DiagnosticDescriptor StrayTerm = new(
        "LG0008", "A term stands on a class that is no loss",
        "'{0}' has term '{1}' but no [Loss], so nothing is generated; write [Loss(Activation.Softmax)] or another activation beside it, or remove the term",
        Declaration, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0008.md");

    public static readonly DiagnosticDescriptor OldLanguage = new(
        "LG0009", "The project's C# is too old for generated code",
        "Generated code of '{0}' is C# {2}, and the project is compiled as C# {1}; remove LangVersion from the project, or write <LangVersion>{2}</LangVersion> or later",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0009.md");

    public static readonly DiagnosticDescriptor NameTaken = new(
        "LG0015", "A name is needed by generated code",
        "{0} has a name that generated code needs; {1}",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0015.md");

    // Formula
    public static readonly DiagnosticDescriptor UnsupportedConstruct = new(
        "LG0010", "The formula contains something that cannot be compiled",
        "A formula cannot contain {0}; {1}",
        Formula, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0010.md");

    public static readonly DiagnosticDescriptor NoSource = new(
        "LG0011", "The formula calls a method without source",
        "The body of '{0}' is not in this project, so it cannot become part of a formula; use a function of LossGen.Functions or copy the method into this project",
        Formula, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0011.md");

    public static readonly DiagnosticDescriptor Recursion = new(
        "LG0012", "The formula calls itself",
        "'{0}' calls itself ({1}), and a formula has no end of inlining then; write it without recursion",
        Formula, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0012.md");

    public static readonly DiagnosticDescriptor TooLarge = new(
        "LG0013", "The formula is too large",
        "The formula of '{0}' {1}; {2}",
        Formula, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0013.md");

    public static readonly DiagnosticDescriptor OutOfScope = new(
        "LG0046", "The language has no such operation",
        "'{0}' is {1}, which a formula cannot have; {2}",
        Formula, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0046.md");

    // Parameters
    public static readonly DiagnosticDescriptor OptionNotKnown = new(
        "LG0014", "The value of an option cannot be known at compile time",
        "The attribute of term '{0}' is never constructed, and {1} cannot be known at compile time; {2}",
        Parameters, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0014.md");

    public static readonly DiagnosticDescriptor NothingFeeds = new(
        "LG0020", "Nothing feeds a parameter of the formula",
        "Parameter '{0}' of the formula of '{1}' has no value: {2}",
        Parameters, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0020.md");

    public static readonly DiagnosticDescriptor WrongParameterType = new(
        "LG0021", "A formula cannot have a parameter of this type",
        "{0} is of type '{1}'; needed is {2}",
        Parameters, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0021.md");

    public static readonly DiagnosticDescriptor DefaultNotConstant = new(
        "LG0022", "The default of a term's option is not a constant",
        "The initialiser of '{0}' is not a constant number, so it cannot be written into the compiled formula; {1}",
        Parameters, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0022.md");

    public static readonly DiagnosticDescriptor OptionNotUsed = new(
        "LG0023", "The formula does not use an option of its term",
        "Option '{0}' of term '{1}' changes nothing: its formula has no parameter '{2}'; add the parameter or remove the option",
        Parameters, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0023.md");

    public static readonly DiagnosticDescriptor ClashingProperty = new(
        "LG0024", "A property feeds more than one term",
        "Property '{0}' would feed parameter '{1}' of {2}; {3}",
        Parameters, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0024.md");

    public static readonly DiagnosticDescriptor ConstantAndProperty = new(
        "LG0025", "A parameter is both a constant and a property",
        "'{0}' of term '{1}' is stated here as a constant and also comes from property '{2}'; remove one of the two",
        Parameters, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0025.md");

    public static readonly DiagnosticDescriptor WrongPropertyType = new(
        "LG0026", "A member cannot be a run-time parameter",
        "'{0}' has the name of parameter '{1}' of term '{2}' but {3}; {4}",
        Parameters, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0026.md");

    public static readonly DiagnosticDescriptor PropertyNotUsed = new(
        "LG0027", "A property of the loss feeds no parameter",
        "Property '{0}' of loss '{1}' feeds no parameter; {2}",
        Parameters, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0027.md");

    public static readonly DiagnosticDescriptor InputsContradict = new(
        "LG0028", "Two terms mean different inputs by one name",
        "Input '{0}' of term '{1}' is of type {2}, but that of '{3}' is of type {4}, and inputs of one name are one input; make them the same type or give one another name",
        Parameters, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0028.md");

    public static readonly DiagnosticDescriptor TooManyInputs = new(
        "LG0029", "The loss has too many inputs",
        "With term '{0}' the loss takes the inputs {1}; it can take {2} besides logits and target: give those that are the same the same name, or combine them before the call",
        Parameters, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0029.md");

    public static readonly DiagnosticDescriptor LookalikeField = new(
        "LG0038", "A field has the name of a parameter and does not feed it",
        "{0} has the name of parameter '{1}' of term '{2}', which takes its constant: only a property feeds a parameter; {3}",
        Parameters, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0038.md");

    public static readonly DiagnosticDescriptor ComputedOption = new(
        "LG0039", "A computed option does not follow a property of the loss",
        "Property '{0}' feeds parameter '{1}' of term '{2}' at run time, but option '{3}', which the term computes from it, is a constant; declare a property '{3}' in the loss as well, or compute it in the formula",
        Parameters, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0039.md");

    // Options
    public static readonly DiagnosticDescriptor WrongWeight = new(
        "LG0030", "A weight is negative or not finite",
        "{0} of term '{1}' is {2}; a weight is a finite number of at least 0",
        Options, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0030.md");

    public static readonly DiagnosticDescriptor ClassesContradict = new(
        "LG0031", "The number of classes contradicts an option",
        "{0} contradicts {1}; {2}",
        Options, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0031.md");

    public static readonly DiagnosticDescriptor NeedsDenseTarget = new(
        "LG0032", "An option needs dense targets",
        "{0} is about the channels of a dense target, but the loss takes class indices only; remove it or write Target = TargetKind.Dense",
        Options, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0032.md");

    public static readonly DiagnosticDescriptor OptionOutOfRange = new(
        "LG0033", "An option has a value that does not exist",
        "{0} is {1}; {2}",
        Options, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0033.md");

    public static readonly DiagnosticDescriptor IgnoredClass = new(
        "LG0034", "The ignored label is a class",
        "Pixels labelled {0} are ignored, but {0} is {1}, which is then never learnt; ignore a label that is no class, such as 255 or -100",
        Options, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0034.md");

    public static readonly DiagnosticDescriptor OptionOutsideRange = new(
        "LG0035", "An option is outside its range",
        "{0} of term '{1}' is {2}; it has to be {3}",
        Options, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0035.md");

    public static readonly DiagnosticDescriptor WrongRange = new(
        "LG0036", "The range of an option does not hold its default",
        "The range of '{0}' of '{1}' {2}; {3}",
        Options, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0036.md");

    public static readonly DiagnosticDescriptor NeedsLabels = new(
        "LG0037", "An option needs class indices",
        "{0} is about class indices, but the loss takes dense targets only; write IgnoreIndex, the one number of elements that are left out, or remove Target = TargetKind.Dense",
        Options, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0037.md");

    public static readonly DiagnosticDescriptor WeightMapName = new(
        "LG0041", "The name of a weight map cannot be that of a parameter",
        "{0} of term '{1}' names the input '{2}', and the calls of the loss have a parameter of that name; write an identifier, such as \"weights\"",
        Options, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0041.md");

    public static readonly DiagnosticDescriptor ElementWeightsJoined = new(
        "LG0042", "Weights of elements need numbers of elements",
        "ElementWeights is one weight a class and pixel, and the formula behind {0} has one number a pixel, for all classes together, where it would be weighed; write PixelWeights",
        Options, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0042.md");

    public static readonly DiagnosticDescriptor WeightsSorted = new(
        "LG0043", "A term that sorts its pixels cannot weigh them",
        "The sums of {0} go over the pixels in the order of their errors, each counting 1, so that a weight has no meaning there; remove it, or weigh another term",
        Options, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0043.md");

    public static readonly DiagnosticDescriptor NormalizesNothing = new(
        "LG0044", "There is no mean that weights could normalize",
        "NormalizeWeightMaps of {0} changes nothing: {1}",
        Options, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0044.md");

    public static readonly DiagnosticDescriptor PairsContradict = new(
        "LG0047", "An option does not go with pairs",
        "{0} does not go with Pairs = Pairs.{1}: {2}; {3}",
        Options, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0047.md");

    public static readonly DiagnosticDescriptor TermWithoutPairs = new(
        "LG0048", "A term and its loss do not compare the same",
        "Term '{0}' {1}, and the loss {2}; {3}",
        Options, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0048.md");

    // Meaning: what compiles, and is probably not what is meant.
    public static readonly DiagnosticDescriptor ActivationMissing = new(
        "LG0050", "The loss states no activation",
        "The loss states no activation, but {0} {1}, so that logits are taken for probabilities{2}; write [Loss(Activation.Softmax)] or [Loss(Activation.Sigmoid)], or [Loss(Activation.None)] where the network itself gives probabilities",
        Meaning, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0050.md");

    public static readonly DiagnosticDescriptor ActivationDoubled = new(
        "LG0051", "An activation is applied twice",
        "{0} in {1} is applied to {2}; leave it out, or apply it to x.Logit",
        Meaning, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0051.md");

    public static readonly DiagnosticDescriptor PooledSoftmax = new(
        "LG0052", "A pooled softmax score is a mean error",
        "Over all classes the probabilities of a softmax add up to the number of pixels, so that with class indices {0} is a function of the mean probability of the label and no overlap; score each class by itself, or leave the background out",
        Meaning, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0052.md");

    public static readonly DiagnosticDescriptor CountsBySum = new(
        "LG0053", "Two parameters count by their sum only",
        "'{0}' and '{1}' count in {2} by their sum only: with all classes of a softmax pooled every false positive is a miss as well; score each class by itself, or leave the background out",
        Meaning, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0053.md");

    public static readonly DiagnosticDescriptor GradientLost = new(
        "LG0054", "No gradient reaches the logits",
        "No gradient comes out of {1}: {0} is constant but for jumps; use a smooth function such as Sigmoid, or write Detach around it if that is meant",
        Meaning, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0054.md");

    public static readonly DiagnosticDescriptor GradientPartlyLost = new(
        "LG0055", "A part of the formula has no gradient",
        "In {1}, {0} has no gradient; write Detach around it if that is meant, or use a smooth function such as Sigmoid",
        Meaning, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0055.md");

    public static readonly DiagnosticDescriptor Constant = new(
        "LG0056", "The formula does not depend on the prediction",
        "Whatever the prediction is, {0} has the same value, so there is nothing to learn from it; use x.Logit, x.Probability or x.LogProbability",
        Meaning, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0056.md");

    public static readonly DiagnosticDescriptor OneSided = new(
        "LG0057", "A cross-entropy of a sigmoid looks at the label alone",
        "Under a sigmoid {0} has no gradient where the target is 0, so that every probability goes to 1; use BinaryCrossEntropy, or y * x.LogProbability + (1 - y) * Log(x.Complement), which have both sides, or Activation.Softmax for classes that exclude one another",
        Meaning, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0057.md");

    public static readonly DiagnosticDescriptor GuardBelowOnly = new(
        "LG0058", "A class that is rightly absent scores 0",
        "The denominator in {0} has {1} added against 0/0 and the numerator has not, so that a class that is rightly absent scores 0 instead of 1 and has no gradient; add it to both, or write Divide(a, b, 1), unless the loss of another library is what is wanted",
        Meaning, DiagnosticSeverity.Info, true, helpLinkUri: Pages + "LG0058.md");

    public static readonly DiagnosticDescriptor CostAboveOne = new(
        "LG0059", "A cost is above 1",
        "'{0}' has costs up to {1}, and {2} takes 1 less their mean for a share of hits, which is then negative; divide them by the largest, as NormalizeDistances = true does, or Largest({0}) in a formula",
        Meaning, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0059.md");

    // Numerics: what compiles, and will not be stable.
    public static readonly DiagnosticDescriptor InfiniteSlope = new(
        "LG0060", "A power has an infinite slope",
        "{0} in {1} has an infinite slope at 0, which its base reaches at single pixels, and the gradient is NaN there; write {2}, or add a small number to the base",
        Numerics, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0060.md");

    public static readonly DiagnosticDescriptor InfiniteSlopeOfScore = new(
        "LG0061", "A power of a score has an infinite slope",
        "{0} in {1} has an infinite slope at 0, and the gradient is NaN should its base ever be exactly 0; write {2}, or add a small number to the base",
        Numerics, DiagnosticSeverity.Info, true, helpLinkUri: Pages + "LG0061.md");

    public static readonly DiagnosticDescriptor DeadZone = new(
        "LG0062", "A bounded logarithm has a dead zone",
        "Below {0} the logarithm in {1} has gradient 0, so that what is most wrong is not corrected; {2}",
        Numerics, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0062.md");

    public static readonly DiagnosticDescriptor SmoothingBelowOnly = new(
        "LG0063", "Only the denominator is smoothed",
        "The denominator in {0} has {1} added and the numerator has not, so that a class that is rightly absent scores 0 instead of 1 and has no gradient; add it to both",
        Numerics, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0063.md");

    public static readonly DiagnosticDescriptor NoEffectInFloat = new(
        "LG0064", "A small number has no effect",
        "{0} has no effect in {1}: {2}; {3}",
        Numerics, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0064.md");

    public static readonly DiagnosticDescriptor Overflow = new(
        "LG0066", "An exponential has no bound",
        "{0} in {1} takes a value without a bound, and overflows in float from 89 on, where value and gradient become infinite or NaN; "
        + "write the function that it is part of (LogSumExpOverClasses, SoftmaxOverClasses, Softplus, Sigmoid, LogCosh), or bound its argument, as {2} does",
        Numerics, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0066.md");

    public static readonly DiagnosticDescriptor BoundsCross = new(
        "LG0068", "The bounds of a clamp cross",
        "Clamp in {0} has the bounds {1} and {2}: {3}, and no gradient passes; write the smaller bound first",
        Numerics, DiagnosticSeverity.Warning, true, helpLinkUri: Pages + "LG0068.md");

    public static readonly DiagnosticDescriptor InfiniteSlopeOfDense = new(
        "LG0069", "A power has an infinite slope for dense targets",
        "{0} in {1} has an infinite slope at 0, which its base reaches at single pixels, and with a dense target the gradient is NaN there, though not with class indices; declare Target = TargetKind.Index, or write {2}",
        Numerics, DiagnosticSeverity.Info, true, helpLinkUri: Pages + "LG0069.md");

    // Compiler
    public static readonly DiagnosticDescriptor NotCompiled = new(
        "LG0040", "The loss cannot be compiled",
        "Loss '{0}' cannot be compiled: {1}",
        Compiler, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0040.md");

    public static readonly DiagnosticDescriptor InternalError = new(
        "LG0099", "Internal error of the generator",
        "The generator failed on '{0}': {1}; this is an error of LossGen, please report it with the declaration",
        Compiler, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "LG0099.md");
}
