namespace CdcEmbedded.MySql.Feed;

/// <summary>What a rows event's header and its surroundings tell of all its changes.</summary>
/// <param name="EventPosition">Where the event begins in its file.</param>
/// <param name="HeaderSeconds">The header's time, in whole seconds since 1970.</param>
/// <param name="ServerId">The server on which the change was made first.</param>
/// <param name="Query">The statement's event, where the server logs it.</param>
internal readonly record struct RowsContext(long EventPosition, uint HeaderSeconds, uint ServerId, LoggedQuery? Query);
