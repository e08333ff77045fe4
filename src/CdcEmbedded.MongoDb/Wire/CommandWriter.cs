using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb.Wire;

/// <summary>Completes commands with what every one of them carries.</summary>
internal static class CommandWriter
{
    /// <summary>The name of a command: its first element's.</summary>
    /// <exception cref="ArgumentException">The command is empty.</exception>
    public static string NameOf(RawBson command)
    {
        foreach (var element in command)
        {
            return element.Name;
        }

        throw new ArgumentException("A command has at least one element, its name.", nameof(command));
    }

    /// <summary>A command of one number.</summary>
    public static RawBson Simple(BsonName name)
    {
        var writer = new BsonWriter(64);
        writer.WriteInt32(name, 1);
        return writer.ToDocument();
    }

    /// <summary>Adds the database alone: for the handshake and the login.</summary>
    public static RawBson WithDatabase(RawBson command, string database)
    {
        var writer = new BsonWriter(command.Bytes.Length + 64);
        writer.WriteElements(command);
        writer.WriteString("$db"u8, database);
        return writer.ToDocument();
    }
}
