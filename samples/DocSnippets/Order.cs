// <row-type>
using System.ComponentModel.DataAnnotations.Schema;
using CdcEmbedded;
// </row-type>

namespace DocSnippets;

// <row-type>
[CdcRow]
public sealed partial record Order(long Id, [property: Column("customer_name")] string Customer, decimal Total, string? Note)
{
    public DateTime? PaidAt { get; init; }
    public MaybeAbsent<string?> Description { get; init; }   // says if the log has the column at all
}
// </row-type>
