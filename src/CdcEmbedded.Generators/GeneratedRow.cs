using System;
using System.Collections.Generic;
using System.Linq;

namespace CdcEmbedded.Generators;

/// <summary>What the generator made of one type; compared by value, so that nothing is written again while a file is edited.</summary>
internal sealed class GeneratedRow : IEquatable<GeneratedRow>
{
    public GeneratedRow(string hintName, string source, IReadOnlyList<Problem> problems)
    {
        HintName = hintName;
        Source = source;
        Problems = problems;
    }

    public string HintName { get; }

    public string Source { get; }

    public IReadOnlyList<Problem> Problems { get; }

    public bool Equals(GeneratedRow? other) => other is not null && HintName == other.HintName && Source == other.Source
        && Problems.SequenceEqual(other.Problems);

    public override bool Equals(object? obj) => Equals(obj as GeneratedRow);

    public override int GetHashCode() => Source.GetHashCode();
}
