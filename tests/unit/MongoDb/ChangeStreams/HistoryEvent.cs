using MongoDB.Bson;

namespace CdcEmbedded.MongoDb.Tests.ChangeStreams;

/// <summary>One document that a scripted stream sends: an event, or a fragment of one.</summary>
/// <param name="Document">What is sent.</param>
/// <param name="Token">Its resume token's text.</param>
/// <param name="Number">The number of the event that it completes; -1 of all fragments but the last.</param>
internal sealed record HistoryEvent(BsonDocument Document, string Token, int Number);
