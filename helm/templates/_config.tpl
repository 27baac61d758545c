{{/* The configuration: values as TOML. Helm's own toToml writes 8080 as 8080.0. */}}

{{- define "cstar-gateway.toml.value" -}}
{{- if or (kindIs "string" .) (kindIs "slice" .) }}{{ toJson . }}
{{- else if kindIs "bool" . }}{{ . }}
{{- else if eq (float64 .) (float64 (int64 .)) }}{{ int64 . }}
{{- else }}{{ . }}
{{- end }}
{{- end }}

{{/* One table: (dict "head" "[kafka]" "path" "kafka" "table" …). An empty text is left to the gateway. */}}
{{- define "cstar-gateway.toml.table" -}}
{{- $path := .path }}
{{- $tables := list }}
{{ .head }}
{{- range $key, $value := .table }}
{{- if kindIs "map" $value }}
{{- $tables = append $tables $key }}
{{- else if not (or (kindIs "invalid" $value) (eq (toString $value) "")) }}
{{ $key }} = {{ include "cstar-gateway.toml.value" $value }}
{{- end }}
{{- end }}
{{- $table := .table }}
{{- range $key := $tables }}
{{- $below := printf "%s.%s" $path $key }}
{{ include "cstar-gateway.toml.table" (dict "head" (printf "[%s]" $below) "path" $below "table" (get $table $key)) }}
{{- end }}
{{- end }}

{{- define "cstar-gateway.toml" -}}
# Written by Helm from `config` in the release's values.
{{- $config := include "cstar-gateway.config" . | fromYaml }}
{{- range $key, $value := $config }}
{{- if kindIs "map" $value }}
{{ include "cstar-gateway.toml.table" (dict "head" (printf "[%s]" $key) "path" $key "table" $value) }}
{{- else }}
{{- range $value }}
{{ include "cstar-gateway.toml.table" (dict "head" (printf "[[%s]]" $key) "path" $key "table" .) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* `config`, with what Strimzi's resources settle. */}}
{{- define "cstar-gateway.config" -}}
{{- $config := deepCopy .Values.config }}
{{- $strimzi := .Values.strimzi }}
{{- $kafka := $config.kafka }}
{{- if and $strimzi.cluster (empty $kafka.bootstrap_servers) }}
{{- $port := ternary 9093 9092 (or $strimzi.user.enabled (hasSuffix "SSL" $kafka.security.protocol)) }}
{{- $_ := set $kafka "bootstrap_servers" (list (printf "%s-kafka-bootstrap.%s.svc:%d" $strimzi.cluster (include "cstar-gateway.strimzi.namespace" .) $port)) }}
{{- end }}
{{- if $strimzi.topics.enabled }}
{{- $_ := set $kafka "create_topics" false }}
{{- end }}
{{- if $strimzi.user.enabled }}
{{- include "cstar-gateway.strimzi.security" (dict "root" . "security" $kafka.security) }}
{{- end }}
{{- toYaml $config }}
{{- end }}

{{/* Fill what is empty of kafka.security, in place. */}}
{{- define "cstar-gateway.strimzi.security" -}}
{{- $security := .security }}
{{- $ours := dict "ca_file" "/run/secrets/kafka-ca/ca.crt" }}
{{- if eq .root.Values.strimzi.user.authentication "tls" }}
{{- $_ := set $ours "cert_file" "/run/secrets/kafka-user/user.crt" }}
{{- $_ := set $ours "key_file" "/run/secrets/kafka-user/user.key" }}
{{- $_ := set $ours "protocol" "SSL" }}
{{- else }}
{{- $_ := set $ours "sasl_mechanism" "SCRAM-SHA-512" }}
{{- $_ := set $ours "username" (include "cstar-gateway.strimzi.user" .root) }}
{{- $_ := set $ours "password" "file:/run/secrets/kafka-user/password" }}
{{- $_ := set $ours "protocol" "SASL_SSL" }}
{{- end }}
{{- if ne $security.protocol "PLAINTEXT" }}
{{- $_ := set $ours "protocol" $security.protocol }}
{{- end }}
{{- range $key, $value := $ours }}
{{- if or (eq $key "protocol") (empty (get $security $key)) }}
{{- $_ := set $security $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{- define "cstar-gateway.strimzi.namespace" -}}
{{- .Values.strimzi.namespace | default .Release.Namespace }}
{{- end }}

{{- define "cstar-gateway.strimzi.user" -}}
{{- .Values.strimzi.user.name | default (include "cstar-gateway.fullname" .) }}
{{- end }}

{{/* A duration in seconds: 3, 0.5, "75s", "1m30s", "500ms". */}}
{{- define "cstar-gateway.seconds" -}}
{{- if not (kindIs "string" .) }}{{ . }}
{{- else if regexMatch "^[0-9.]+$" . }}{{ . }}
{{- else }}
{{- $units := dict "d" 86400.0 "h" 3600.0 "m" 60.0 "s" 1.0 "ms" 0.001 }}
{{- $sum := 0.0 }}
{{- range regexFindAll "[0-9.]+(ms|d|h|m|s)" (lower .) -1 }}
{{- $unit := regexFind "[a-z]+$" . }}
{{- $sum = addf $sum (mulf (trimSuffix $unit . | float64) (get $units $unit)) }}
{{- end }}
{{- $sum }}
{{- end }}
{{- end }}

{{/* A duration in whole milliseconds. */}}
{{- define "cstar-gateway.milliseconds" -}}
{{- round (mulf (include "cstar-gateway.seconds" . | float64) 1000.0) 0 | int64 }}
{{- end }}

{{/* A size in bytes: 1048576, "1MiB", "3MB", "512 KiB". */}}
{{- define "cstar-gateway.bytes" -}}
{{- if not (kindIs "string" .) }}{{ int64 . }}
{{- else }}
{{- $text := lower . | replace " " "" }}
{{- $base := ternary 1024.0 1000.0 (contains "i" $text) }}
{{- $number := regexFind "^[0-9.]+" $text | float64 }}
{{- $letter := regexFind "[kmg]" $text }}
{{- range until (get (dict "k" 1 "m" 2 "g" 3) $letter | default 0 | int) }}
{{- $number = mulf $number $base }}
{{- end }}
{{- round $number 0 | int64 }}
{{- end }}
{{- end }}
