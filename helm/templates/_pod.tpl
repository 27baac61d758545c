{{/* What every pod of the chart has: the gateway's, the preflight's, the test's. */}}

{{- define "cstar-gateway.pod.place" -}}
automountServiceAccountToken: {{ .Values.serviceAccount.automountToken }}
enableServiceLinks: false
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- range $key := list "nodeSelector" "tolerations" "hostAliases" "dnsConfig" }}
{{- with get $.Values $key }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- range $key := list "priorityClassName" "runtimeClassName" "schedulerName" "dnsPolicy" }}
{{- with get $.Values $key }}
{{ $key }}: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{- define "cstar-gateway.pod.container" -}}
image: {{ include "cstar-gateway.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
{{- end }}

{{- define "cstar-gateway.pod.environment" -}}
env:
  - name: CSTAR_GATEWAY_CONFIG
    value: /etc/cstar-gateway/gateway.toml
  {{- with .Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Folder under /run/secrets → Secret: the further ones, and Strimzi's. */}}
{{- define "cstar-gateway.pod.secrets" -}}
{{- $mounts := deepCopy .Values.secretMounts }}
{{- $user := .Values.strimzi.user }}
{{- if $user.enabled }}
{{- $_ := set $mounts "kafka-ca" ($user.caSecretName | default (printf "%s-cluster-ca-cert" .Values.strimzi.cluster)) }}
{{- $_ := set $mounts "kafka-user" ($user.secretName | default (include "cstar-gateway.strimzi.user" .)) }}
{{- end }}
{{- toYaml $mounts }}
{{- end }}

{{- define "cstar-gateway.secret" -}}
{{- $secrets := .Values.secrets }}
{{- if $secrets.existingSecret }}{{ $secrets.existingSecret }}
{{- else if or $secrets.values $secrets.externalSecret.enabled }}{{ include "cstar-gateway.fullname" . }}
{{- end }}
{{- end }}

{{/* Mounted as folders, never by subPath: what changes in a Secret must reach the files. */}}
{{- define "cstar-gateway.pod.mounts" -}}
- name: config
  mountPath: /etc/cstar-gateway
  readOnly: true
{{- if include "cstar-gateway.secret" . }}
- name: secrets
  mountPath: {{ .Values.secrets.mountPath }}
  readOnly: true
{{- end }}
{{- range $folder, $_ := include "cstar-gateway.pod.secrets" . | fromYaml }}
- name: secret-{{ $folder }}
  mountPath: /run/secrets/{{ $folder }}
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* (dict "root" $ "config" ConfigMap "secret" Secret) */}}
{{- define "cstar-gateway.pod.volumes" -}}
- name: config
  configMap:
    name: {{ .config }}
{{- with .secret }}
- name: secrets
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- range $folder, $secret := include "cstar-gateway.pod.secrets" .root | fromYaml }}
- name: secret-{{ $folder }}
  secret:
    secretName: {{ $secret }}
    defaultMode: 0440
{{- end }}
{{- with .root.Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
