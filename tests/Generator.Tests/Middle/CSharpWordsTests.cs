using LossGen.Compiler.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace LossGen.Generator.Tests.Middle;

/// <summary>The compiler's list of C#'s words, which it has without Roslyn, is Roslyn's.</summary>
public sealed class CSharpWordsTests
{
    [Fact]
    public void TheyAreRoslyns()
    {
        foreach (string word in Enum.GetValues<SyntaxKind>().Select(kind => SyntaxFacts.GetText(kind)).Where(text => text.Length > 1)
            .Distinct())
        {
            Assert.True(CSharpWords.IsKeyword(word) == (SyntaxFacts.GetKeywordKind(word) != SyntaxKind.None), word);
            Assert.True(CSharpWords.IsContextualKeyword(word) == (SyntaxFacts.GetContextualKeywordKind(word) != SyntaxKind.None), word);
        }
    }

    [Theory]
    [InlineData("class", "@class")]
    [InlineData("record", "@record")]
    [InlineData("overlap", "overlap")]
    public void AKeywordGetsItsAtSign(string name, string written) => Assert.Equal(written, CSharpWords.Escape(name));
}
