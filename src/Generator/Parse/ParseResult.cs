using LossGen.Compiler.Model;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse;

/// <summary>What is known of a declared loss, and what is wrong with it.</summary>
/// <param name="Model">Null when no code can be generated, not even a stub.</param>
/// <param name="Diagnostics">The messages, with raw locations.</param>
/// <param name="Places">Where the loss and its terms stand, for messages of later stages.</param>
internal sealed record ParseResult(LossModel? Model, EquatableArray<Diagnostic> Diagnostics, LossPlaces Places);

/// <summary>Locations of a loss: its name, its attribute, and each of its terms. They never reach the model.</summary>
internal sealed record LossPlaces(string HintName, EquatableArray<TermPlaces> Terms, Place Loss, Place Attribute)
{
    /// <summary>
    /// Where an expression of a term stands, or the term where it is of another assembly; the name of the loss for term -1.
    /// </summary>
    public Location Find(int term, int expression) => term >= 0 && term < Terms.Count ? Terms[term].Find(expression, null) : Loss.Location!;
}

/// <summary>Locations of a term of a loss.</summary>
/// <param name="Term">Its attribute, or the formula in place.</param>
/// <param name="Expressions">
/// The expressions of its formula text; without a location where the formula is in another assembly, or what is computed is not written.
/// </param>
/// <param name="Options">The values that the attribute states, by the names of the formula's parameters.</param>
internal sealed record TermPlaces(Place Term, EquatableArray<Place> Expressions, EquatableArray<OptionPlace> Options)
{
    /// <summary>Where to report something about an expression: at the option that is its cause, or at it, or at the term.</summary>
    public Location Find(int expression, string? option)
    {
        foreach (OptionPlace stated in Options)
        {
            if (stated.Name == option && stated.Place.Location is { } value)
                return value;
        }

        return expression >= 0 && expression < Expressions.Count && Expressions[expression].Location is { } place ? place : Term.Location!;
    }
}

internal sealed record OptionPlace(string Name, Place Place);

internal readonly record struct Place(Location? Location);
