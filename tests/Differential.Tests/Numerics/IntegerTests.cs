using LossGen.Differential.Losses;
using Xunit;

namespace LossGen.Differential.Numerics;

/// <summary>Integers and enumerations of a formula are those of C#.</summary>
public sealed class IntegerTests
{
    private static readonly Batch One = StatedCase.Dense(1, 1, [1], 0);

    private static readonly StatedCase[] Cases =
    [
        new("a product that wraps", Of("int k = n * 2000000000; return x.Logit * k;", 3), One, [1705032704], [1705032704]),
        new("a sum that wraps", Of("return x.Logit * (n + 2);", int.MaxValue), One, [int.MinValue + 1], [int.MinValue + 1]),
        new("a difference that wraps", Of("return x.Logit * (-2 - n);", int.MaxValue), One, [int.MaxValue], [int.MaxValue]),
        new("a negative that wraps", Of("return x.Logit * (-n);", int.MinValue), One, [int.MinValue], [int.MinValue]),
        new("a product beyond what a double holds", Of("return x.Logit * (n * n);", 2147483629), One, [361], [361]),
        new("a product of a double", Of("return x.Logit * (n * 2000000000.0);", 3), One, [6e9], [6e9]),
        new("an enumeration of 64 bits", Enumeration("long", "1L << 40"), One, [2], [2]),
        new("a negative one", Enumeration("long", "-(1L << 40)"), One, [2], [2]),
        new("one of unsigned 32 bits", Enumeration("uint", "4294967295"), One, [2], [2]),
        new("one of unsigned 64 bits", Enumeration("ulong", "1UL << 53"), One, [2], [2]),
        new("one of 8 bits", Enumeration("byte", "255"), One, [2], [2]),
    ];

    private static readonly Lazy<DeclarationCompiler> Compiler = new(() => DeclarationCompiler.Compile(Cases.Select(c => c.Declaration)));

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AreThoseOfCSharp(string name) => Cases.First(c => c.Name == name).Check(Compiler.Value);

    private static string Of(string body, int number) => $$"""
        public sealed partial class OwnAttribute : LossTermAttribute
        {
            public int N { get; init; }

            public static Value Formula(Prediction x, Target y, int n) { {{body}} }
        }

        [Loss(Activation.None, Target = TargetKind.Dense)]
        [Own(N = {{number}})]
        public sealed partial class Declared;
        """;

    private static string Enumeration(string type, string number) => $$"""
        public enum Mode : {{type}} { First, Last = {{number}} }

        public sealed partial class OwnAttribute : LossTermAttribute
        {
            public Mode Mode { get; init; }

            public static Value Formula(Prediction x, Target y, Mode mode) => x.Logit * (mode == Mode.Last ? 2 : mode == Mode.First ? 3 : 4);
        }

        [Loss(Activation.None, Target = TargetKind.Dense)]
        [Own(Mode = Mode.Last)]
        public sealed partial class Declared;
        """;
}
