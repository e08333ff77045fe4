using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Authentication;

/// <summary>The commands that carry a SCRAM conversation: <c>saslStart</c> and <c>saslContinue</c>.</summary>
internal static class ScramLogin
{
    /// <summary>The first command.</summary>
    public static RawBson Start(ScramConversation scram)
    {
        var writer = new BsonWriter();
        writer.WriteInt32("saslStart"u8, 1);
        writer.WriteString("mechanism"u8, scram.Mechanism);
        writer.WriteBinary("payload"u8, scram.ClientFirst());
        writer.StartDocument("options"u8);
        writer.WriteBoolean("skipEmptyExchange"u8, true);
        return writer.ToDocument();
    }

    /// <summary>Goes on after the reply to the first command, to the end.</summary>
    /// <exception cref="CdcAuthenticationException">The server does not keep to the protocol or does not know the password.</exception>
    public static async ValueTask ContinueAsync(ScramConversation scram, RawBson first, Func<RawBson, ValueTask<RawBson>> exchange)
    {
        var conversation = first["conversationId"u8];
        if (!conversation.Exists)
        {
            throw new CdcAuthenticationException($"The server's answer to {scram.Mechanism} has no conversationId.");
        }

        var proof = scram.ClientFinal(first.GetBinary("payload"u8).Span);
        var last = await exchange(Continue(conversation, proof)).ConfigureAwait(false);
        scram.VerifyServer(last.GetBinary("payload"u8).Span);
        if (!last.IsTrue("done"u8))
        {
            // Servers before 4.4 want an empty message to end with.
            last = await exchange(Continue(conversation, [])).ConfigureAwait(false);
        }

        if (!last.IsTrue("done"u8))
        {
            throw new CdcAuthenticationException($"The server does not end the conversation of {scram.Mechanism}.");
        }
    }

    private static RawBson Continue(BsonValue conversation, ReadOnlySpan<byte> payload)
    {
        var writer = new BsonWriter();
        writer.WriteInt32("saslContinue"u8, 1);
        writer.WriteValue("conversationId"u8, conversation);
        writer.WriteBinary("payload"u8, payload);
        return writer.ToDocument();
    }
}
