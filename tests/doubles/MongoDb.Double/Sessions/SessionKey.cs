using System.Security.Cryptography;
using System.Text;
using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Commands;

namespace CdcEmbedded.MongoDb.Double.Sessions;

/// <summary>A logical session: the client's id and the user who runs it (logical_session_id.idl, <c>id</c> and <c>uid</c>).</summary>
/// <param name="Id">The client's id.</param>
/// <param name="User"><c>name@database</c>; empty without login.</param>
internal readonly record struct SessionKey(DocBinary Id, string User)
{
    /// <summary>The command's session, null where it names none.</summary>
    public static SessionKey? Of(CommandContext context) =>
        context.Command.Path("lsid", "id") is DocBinary id ? new SessionKey(id, UserOf(context)) : null;

    /// <summary>The sessions that a command such as endSessions lists.</summary>
    public static IEnumerable<SessionKey> ListedBy(CommandContext context) =>
        (context.Command.At(0).Value as List<object?> ?? []).OfType<Doc>().Select(listed => listed["id"]).OfType<DocBinary>()
            .Select(id => new SessionKey(id, UserOf(context)));

    /// <summary>As in change events: the client's id and a digest of the user.</summary>
    public Doc ToEventField() => new() { { "id", Id }, { "uid", Digest() } };

    /// <summary>As in error messages (logical_session_id_helpers.h).</summary>
    public override string ToString() =>
        $"{new Guid(Id.Bytes, bigEndian: true)} - {Convert.ToBase64String(Digest())} -  - ";

    private static string UserOf(CommandContext context) =>
        context.Connection.User is { } user ? $"{user.Name}@{user.Database}" : "";

    private byte[] Digest() => SHA256.HashData(Encoding.UTF8.GetBytes(User));
}
