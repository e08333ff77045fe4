using System.Globalization;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>What a rows event's header and context say about all its changes.</summary>
/// <param name="EventPosition">Where the event begins in its file.</param>
/// <param name="PayloadOffset">Where it begins in the uncompressed payload of the transaction payload event at that position;
/// null outside one.</param>
/// <param name="HeaderSeconds">The header's time, in whole seconds since 1970.</param>
/// <param name="ServerId">The server on which the change was made first.</param>
/// <param name="Query">The statement's event, where the server logs it.</param>
internal readonly record struct RowsContext(long EventPosition, long? PayloadOffset, uint HeaderSeconds, uint ServerId, LoggedQuery? Query)
{
    /// <summary>The position of the event: file, position, offset inside a payload.</summary>
    public string PlaceOf(string file) => PayloadOffset is { } offset
        ? string.Create(CultureInfo.InvariantCulture, $"{file}:{EventPosition}+{offset}")
        : string.Create(CultureInfo.InvariantCulture, $"{file}:{EventPosition}");

    /// <summary>The place of a row for an event id: file, position, offset inside a payload, row and half of a split change.</summary>
    public string PlaceOf(string file, int row, string half) => PayloadOffset is { } offset
        ? string.Create(CultureInfo.InvariantCulture, $"{file}:{EventPosition}+{offset}:{row}{half}")
        : string.Create(CultureInfo.InvariantCulture, $"{file}:{EventPosition}:{row}{half}");
}
