using CdcEmbedded.MongoDb.Authentication;
using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.MongoDb.Topology;

namespace CdcEmbedded.MongoDb.Wire;

/// <summary>The first command on a connection: who the client is, what it can do, and the first step of the login.</summary>
/// <remarks>Specification "MongoDB Handshake". Sent as OP_MSG from the start: every server with change streams understands it.</remarks>
internal static class HandshakeCommand
{
    /// <summary>Builds the command.</summary>
    /// <param name="name"><c>hello</c>, or <c>isMaster</c> for servers that do not know it yet.</param>
    /// <param name="settings">Name of the application, compressors, load balancing.</param>
    /// <param name="metadata">What <see cref="ClientMetadata"/> says.</param>
    /// <param name="login">The login to begin; null for none.</param>
    public static RawBson Build(string name, MongoConnectionSettings settings, RawBson metadata, Login? login)
    {
        var writer = new BsonWriter(512);
        writer.WriteInt32(name, 1);
        writer.WriteBoolean("helloOk"u8, true);
        if (settings.LoadBalanced)
        {
            writer.WriteBoolean("loadBalanced"u8, true);
        }

        writer.WriteDocument("client"u8, metadata);
        writer.StartArray("compression"u8);
        if (settings.ZlibCompression)
        {
            writer.WriteString(default, "zlib");
        }

        writer.End();
        if (login?.NegotiatedUser is { } user)
        {
            writer.WriteString("saslSupportedMechs"u8, user);
        }

        if (login?.FirstStep() is { } step)
        {
            writer.StartDocument("speculativeAuthenticate"u8);
            writer.WriteElements(step);
            writer.WriteString("db"u8, login.Source);
            writer.End();
        }

        writer.WriteString("$db"u8, "admin");
        return writer.ToDocument();
    }
}
