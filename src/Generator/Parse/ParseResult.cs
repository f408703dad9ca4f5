using LossGen.Generator.Model;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse;

/// <summary>What is known of a declared loss, and what is wrong with it.</summary>
/// <param name="Model">Null when no code can be generated, not even a stub.</param>
/// <param name="Diagnostics">The messages, with raw locations.</param>
/// <param name="Places">Where the loss and its terms stand, for messages of later stages.</param>
internal sealed record ParseResult(LossModel? Model, EquatableArray<Diagnostic> Diagnostics, LossPlaces Places);

/// <summary>Locations of a loss: its name, and each of its terms. They never reach the model.</summary>
internal sealed record LossPlaces(string HintName, EquatableArray<Place> Terms, Place Loss)
{
    public Location Find(int term) => term >= 0 && term < Terms.Count ? Terms[term].Location : Loss.Location;
}

internal readonly record struct Place(Location Location);
