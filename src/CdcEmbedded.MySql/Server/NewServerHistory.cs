using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Server;

/// <summary>Skips what another server has logged under names that the stored offset does not know (R11): transactions of sources, or of
/// domains of MariaDB, that the server read before never had.</summary>
internal static class NewServerHistory
{
    /// <summary>Adds to a stored position what the server has executed of such sources until now.</summary>
    /// <param name="start">What was asked for.</param>
    /// <param name="facts">The server.</param>
    /// <returns>The position to start from, and what is skipped; null if nothing is: the offset names no server or this one, whose new
    /// sources are those of its own upstream server.</returns>
    public static (StartPosition Start, string? Skipped) Skip(StartPosition start, ServerFacts facts)
    {
        if (start.Offset is not { } offset || BinlogPosition.Read(offset) is not { Server: { } server } position
            || facts.ServerUuid is not { } actual || string.Equals(server, actual, StringComparison.OrdinalIgnoreCase))
        {
            return (start, null);
        }

        if (position.GtidSet is { } set && facts.GtidExecuted is { } executed)
        {
            var unknown = executed.OfSourcesNotIn(position.Touched.ToSet() ?? set);
            return unknown.IsEmpty ? (start, null) : (At(position, new ExecutedGtids(set.Union(unknown))), unknown.ToString());
        }

        if (position.GtidPosition is { } stored && facts.GtidPosition is { } last)
        {
            var unknown = last.OfDomainsNotIn(stored);
            return unknown.IsEmpty ? (start, null) : (At(position, new ExecutedGtids(stored.Union(unknown))), unknown.ToString());
        }

        return (start, null);
    }

    private static StartPosition At(BinlogPosition position, ExecutedGtids executed)
        => StartPosition.At(position.With(executed).ToOffset());
}
