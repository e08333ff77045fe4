using System.Reflection;
using System.Reflection.Emit;
using System.Text.RegularExpressions;

namespace CdcEmbedded.Tests.Architecture;

/// <summary>Finds which folders of an assembly use which others: from the compiled types and their code, and from the using directives of
/// the source, since the compiler leaves no trace of a constant.</summary>
internal sealed partial class FolderUses
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OperandType> Operands = typeof(OpCodes).GetFields().Select(f => (OpCode)f.GetValue(null)!)
        .ToDictionary(code => code.Value, code => code.OperandType);

    private readonly Dictionary<(string From, string To), string> _examples = [];
    private readonly Assembly _assembly;
    private readonly string _name;

    private FolderUses(Assembly assembly)
    {
        _assembly = assembly;
        _name = assembly.GetName().Name ?? "";
    }

    /// <summary>Reads an assembly of this repository.</summary>
    /// <returns>From folder, to folder (relative to the project, '/' between; the root is ""), with one example each.</returns>
    public static IReadOnlyDictionary<(string From, string To), string> Of(Assembly assembly)
    {
        var uses = new FolderUses(assembly);
        foreach (var type in assembly.GetTypes())
        {
            uses.Read(type);
        }

        foreach (var file in Sources(uses._name))
        {
            uses.Read(file);
        }

        return uses._examples;
    }

    /// <summary>The source files of a project, without those that the build makes.</summary>
    public static IEnumerable<string> Sources(string project)
    {
        var folder = Path.Combine(ShippedAssemblies.Root, "src", project);
        return Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"));
    }

    /// <summary>The folder of a source file, relative to its project.</summary>
    public static string FolderOf(string project, string file)
        => (Path.GetDirectoryName(Path.GetRelativePath(Path.Combine(ShippedAssemblies.Root, "src", project), file)) ?? "")
            .Replace('\\', '/');

    private void Read(string file)
    {
        var from = FolderOf(_name, file);
        foreach (Match match in UsingDirective().Matches(File.ReadAllText(file)))
        {
            Add(from, match.Groups[1].Value, $"{Path.GetFileName(file)} has 'using {match.Groups[1].Value}'");
        }
    }

    private void Read(Type type)
    {
        if (FolderOf(type) is not { } from)
        {
            return;
        }

        Add(from, type, type.BaseType);
        Array.ForEach(type.GetInterfaces(), used => Add(from, type, used));
        Array.ForEach(type.GetFields(Declared), field => Add(from, type, field.FieldType));
        var methods = type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared));
        foreach (var method in methods)
        {
            Read(from, type, method);
        }
    }

    private void Read(string from, Type type, MethodBase method)
    {
        Add(from, type, (method as MethodInfo)?.ReturnType);
        Array.ForEach(method.GetParameters(), parameter => Add(from, type, parameter.ParameterType));
        if (method.GetMethodBody() is not { } body)
        {
            return;
        }

        foreach (var local in body.LocalVariables)
        {
            Add(from, type, local.LocalType);
        }

        foreach (var clause in body.ExceptionHandlingClauses.Where(c => c.Flags == ExceptionHandlingClauseOptions.Clause))
        {
            Add(from, type, clause.CatchType);
        }

        var typeArguments = type.IsGenericType ? type.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        foreach (var token in Tokens(body.GetILAsByteArray() ?? []))
        {
            var member = type.Module.ResolveMember(token, typeArguments, methodArguments);
            Add(from, type, member as Type ?? member?.DeclaringType);
            Array.ForEach((member as MethodInfo)?.GetGenericArguments() ?? [], used => Add(from, type, used));
        }
    }

    /// <summary>Returns the tokens of types, methods and fields in a method's code (ECMA-335, III).</summary>
    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (var at = 0; at < code.Length;)
        {
            var value = (short)code[at++];
            if (value == 0xfe)
            {
                value = (short)(0xfe00 | code[at++]);
            }

            var operand = Operands[value];
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                yield return BitConverter.ToInt32(code, at);
            }

            at += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }

    private void Add(string from, Type user, Type? used)
    {
        if (used is null)
        {
            return;
        }

        if (used.HasElementType)
        {
            Add(from, user, used.GetElementType());
            return;
        }

        if (used.IsGenericType)
        {
            Array.ForEach(used.GetGenericArguments(), argument => Add(from, user, argument));
        }

        if (used.Assembly == _assembly && !used.IsGenericParameter && FolderOf(used) is { } to)
        {
            _examples.TryAdd((from, to), $"{Outermost(user).Name} uses {Outermost(used).Name}");
        }
    }

    private void Add(string from, string used, string example)
    {
        if (used == _name || used.StartsWith(_name + ".", StringComparison.Ordinal))
        {
            _examples.TryAdd((from, used == _name ? "" : used[(_name.Length + 1)..].Replace('.', '/')), example);
        }
    }

    /// <summary>The folder of a type, which is its namespace; null where the compiler made it.</summary>
    private string? FolderOf(Type type) => Outermost(type).Namespace is not { } space ? null
        : space == _name ? ""
        : space.StartsWith(_name + ".", StringComparison.Ordinal) ? space[(_name.Length + 1)..].Replace('.', '/') : null;

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    [GeneratedRegex(@"^using (?:static )?(CdcEmbedded[\w.]*);", RegexOptions.Multiline)]
    private static partial Regex UsingDirective();
}
