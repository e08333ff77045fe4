using System.Reflection;
using System.Text;

namespace CdcEmbedded.Tests.Architecture;

/// <summary>The public types and members of an assembly, one a line, sorted.</summary>
internal static class PublicApiText
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    public static string Of(Assembly assembly)
    {
        var lines = new List<string>();
        foreach (var type in assembly.GetExportedTypes())
        {
            lines.Add($"{Describe(type)} {Name(type)}{Bases(type)}");
            lines.AddRange(type.GetMembers(Declared).Select(m => Describe(type, m)).OfType<string>().Select(m => $"{Name(type)}.{m}"));
        }

        lines.Sort(StringComparer.Ordinal);
        return string.Join('\n', lines.Distinct()) + "\n";
    }

    private static string Describe(Type type) => type.IsInterface ? "interface"
        : type.IsEnum ? "enum"
        : type.IsValueType ? type.IsDefined(typeof(System.Runtime.CompilerServices.IsReadOnlyAttribute), false)
        ? "readonly struct" : "struct"
        : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : type.IsAbstract ? "abstract class"
        : type.IsSealed ? "sealed class" : "class";

    private static string Bases(Type type)
    {
        var bases = new List<string>();
        if (type is { IsClass: true, BaseType: { } parent } && parent != typeof(object))
        {
            bases.Add(Name(parent));
        }

        var inherited = type.BaseType?.GetInterfaces() ?? [];
        bases.AddRange(type.IsEnum ? [] : type.GetInterfaces().Except(inherited).Where(i => i.IsPublic).Select(Name)
            .Order(StringComparer.Ordinal));
        return bases.Count == 0 ? "" : " : " + string.Join(", ", bases);
    }

    private static string? Describe(Type type, MemberInfo member) => member switch
    {
        FieldInfo f when IsSeen(f.IsPublic, f.IsFamily || f.IsFamilyOrAssembly) => type.IsEnum
            ? f.IsLiteral ? $"{f.Name} = {Convert.ToInt64(f.GetRawConstantValue(), null)}" : null
            : $"{f.Name}: {Name(f.FieldType)}",
        PropertyInfo p when Accessor(p) is { } accessor =>
            $"{Modifiers(accessor)}{p.Name}{Index(p)}: {Name(p.PropertyType)}{Mark(Nullability.Create(p))}{Accessors(p)}",
        ConstructorInfo c when IsSeen(c.IsPublic, c.IsFamily || c.IsFamilyOrAssembly) => $"new({Parameters(c)})",
        MethodInfo m when IsSeen(m.IsPublic, m.IsFamily || m.IsFamilyOrAssembly)
            && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal))
            => $"{Modifiers(m)}{m.Name}{Generic(m)}({Parameters(m)}): {Name(m.ReturnType)}{Mark(Nullability.Create(m.ReturnParameter))}",
        _ => null,
    };

    private static bool IsSeen(bool isPublic, bool isProtected) => isPublic || isProtected;

    private static MethodInfo? Accessor(PropertyInfo p)
        => p.GetAccessors(true).FirstOrDefault(a => IsSeen(a.IsPublic, a.IsFamily || a.IsFamilyOrAssembly));

    private static string Accessors(PropertyInfo p)
    {
        var text = new StringBuilder(" {");
        if (p.GetMethod is { } get && IsSeen(get.IsPublic, get.IsFamily))
        {
            text.Append(" get;");
        }

        if (p.SetMethod is { } set && IsSeen(set.IsPublic, set.IsFamily))
        {
            var isInit = set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit));
            text.Append(isInit ? " init;" : " set;");
        }

        var isRequired = p.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute), false);
        return text.Append(isRequired ? " } required" : " }").ToString();
    }

    private static string Modifiers(MethodInfo m) => m.IsStatic ? "static "
        : m.DeclaringType is { IsInterface: true } ? m.IsAbstract ? "" : "default "
        : m.IsAbstract ? "abstract "
        : m.GetBaseDefinition() != m ? "override "
        : m is { IsVirtual: true, IsFinal: false } ? "virtual " : "";

    private static string Index(PropertyInfo p)
        => p.GetIndexParameters() is { Length: > 0 } index ? "[" + string.Join(", ", index.Select(i => Name(i.ParameterType))) + "]" : "";

    private static string Generic(MethodInfo m)
        => m.IsGenericMethod ? "<" + string.Join(", ", m.GetGenericArguments().Select(a => a.Name)) + ">" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        (p.IsDefined(typeof(ParamArrayAttribute), false) ? "params " : p.IsOut ? "out " : p.ParameterType.IsByRef ? "ref " : "")
        + Name(p.ParameterType) + Mark(Nullability.Create(p)) + " " + p.Name
        + (p.HasDefaultValue ? " = " + (p.DefaultValue ?? "default") : "")));

    private static string Mark(NullabilityInfo info) => !info.Type.IsValueType && info.ReadState == NullabilityState.Nullable ? "?" : "";

    private static string Name(Type type)
    {
        if (type.IsByRef)
        {
            return Name(type.GetElementType() ?? type);
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType() ?? type) + "[]";
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        var name = type.IsNested && type.DeclaringType is { } outer ? $"{Name(outer)}.{type.Name}"
            : type.Namespace?.StartsWith("CdcEmbedded", StringComparison.Ordinal) == true ? $"{type.Namespace}.{type.Name}" : type.Name;
        return type.IsGenericType
            ? $"{name[..(name.IndexOf('`', StringComparison.Ordinal) is > 0 and var tick ? tick : name.Length)]}<"
                + string.Join(", ", type.GetGenericArguments().Select(Name)) + ">"
            : name;
    }
}
