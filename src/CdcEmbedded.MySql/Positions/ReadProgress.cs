using CdcEmbedded.MySql.Gtids;

namespace CdcEmbedded.MySql.Positions;

/// <summary>How far a feed has read its log.</summary>
/// <param name="Events">Number of events read so far, without heartbeats and without the events inside compressed transactions.</param>
/// <param name="Heartbeats">Number of heartbeats read so far.</param>
/// <param name="Executed">The transactions that were read to their end; the default value without GTIDs.</param>
/// <param name="Cursor">The end of the last event.</param>
internal readonly record struct ReadProgress(long Events, long Heartbeats, ExecutedGtids Executed, LogCursor Cursor);
