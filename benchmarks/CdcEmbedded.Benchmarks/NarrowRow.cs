using System.ComponentModel.DataAnnotations.Schema;

namespace CdcEmbedded.Benchmarks;

/// <summary>A row of W1 as an application's own type.</summary>
[CdcRow]
internal sealed partial record NarrowRow
{
    public required long Id { get; init; }

    public required int Qty { get; init; }

    public required string Name { get; init; }

    public required decimal Price { get; init; }

    [Column("at_time")]
    public required DateTime AtTime { get; init; }

    public required sbyte Flag { get; init; }
}
