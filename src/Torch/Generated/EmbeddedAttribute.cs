namespace Microsoft.CodeAnalysis;

using System;

/// <summary>
/// What Roslyn declares in each compilation that the generator adds to: no other assembly sees the types that have it, not even a friend.
/// </summary>
[AttributeUsage(AttributeTargets.All)]
internal sealed class EmbeddedAttribute : Attribute;
